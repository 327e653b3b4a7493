/// Names of ports, after the service name registry of IANA: those that Debian's services(5) has for what rules care about.
package enum ServiceNames {
    /// The name, or the number where the port has none here.
    package static func name(_ port: UInt16) -> String { names[port] ?? String(port) }

    private static let names: [UInt16: String] = [
        7: "echo", 9: "discard", 13: "daytime", 19: "chargen", 20: "ftp-data", 21: "ftp", 22: "ssh", 23: "telnet", 25: "smtp", 37: "time", 43: "whois", 49: "tacacs",
        53: "domain", 67: "bootps", 68: "bootpc", 69: "tftp", 70: "gopher", 79: "finger", 80: "http", 88: "kerberos", 110: "pop3", 111: "sunrpc", 113: "auth",
        119: "nntp", 123: "ntp", 135: "epmap", 137: "netbios-ns", 138: "netbios-dgm", 139: "netbios-ssn", 143: "imap2", 161: "snmp", 162: "snmp-trap", 179: "bgp",
        194: "irc", 389: "ldap", 427: "svrloc", 443: "https", 445: "microsoft-ds", 464: "kpasswd", 465: "submissions", 500: "isakmp", 512: "exec", 513: "login",
        514: "shell", 515: "printer", 543: "klogin", 544: "kshell", 554: "rtsp", 587: "submission", 623: "asf-rmcp", 631: "ipp", 636: "ldaps", 646: "ldp",
        666: "doom", 749: "kerberos-adm", 853: "domain-s", 873: "rsync", 989: "ftps-data", 990: "ftps", 992: "telnets", 993: "imaps", 995: "pop3s", 1080: "socks",
        1099: "rmiregistry", 1194: "openvpn", 1352: "lotusnote", 1433: "ms-sql-s", 1434: "ms-sql-m", 1524: "ingreslock", 1645: "datametrics", 1701: "l2f",
        1812: "radius", 1813: "radius-acct", 2049: "nfs", 2086: "gnunet", 2401: "cvspserver", 3050: "gds-db", 3260: "iscsi-target", 3306: "mysql",
        3389: "ms-wbt-server", 3493: "nut", 3690: "svn", 4500: "ipsec-nat-t", 4569: "iax", 5060: "sip", 5061: "sip-tls", 5222: "xmpp-client", 5269: "xmpp-server",
        5353: "mdns", 5432: "postgresql", 5671: "amqps", 5672: "amqp", 6000: "x11", 6379: "redis", 6667: "ircd", 6697: "ircs-u", 8080: "http-alt", 9418: "git",
        10050: "zabbix-agent", 10051: "zabbix-trapper", 11211: "memcached",
    ]
}
