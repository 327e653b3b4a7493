/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
/* A packet as a cgroup's hook sees it: from the IP header on. Every length in it is the sender's word. */
#pragma once

#include "lib/socket.h"

struct ipv4_header {
	__u8 version_length, service;
	__be16 length, id, fragment;
	__u8 hops, protocol;
	__sum16 checksum;
	__u8 source[4], destination[4];
};

struct ipv6_header {
	__be32 flow;
	__be16 length;
	__u8 next, hops;
	__u8 source[16], destination[16];
};

struct tcp_header {
	__be16 source, destination;
	__be32 sequence, acknowledged;
	__u8 offset, flags;
};

enum { TCP_FLAG_SYN = 2 };
enum { IPV6_HOP_BY_HOP = 0, IPV6_ROUTING = 43, IPV6_DESTINATION = 60, IPV6_EXTENSIONS_MAX = 4 };

struct packet {
	__u32 family;
	__u32 protocol;
	__u32 transport;	/* offset of the TCP or UDP header */
	__u32 payload;		/* offset of what it carries */
	__u32 end;		/* offset behind the last byte of it */
	__u32 sequence;		/* TCP only, as are the flags */
	__u32 flags;
	__u16 source_port, destination_port;
};

/* Fills in everything up to the ports; the rest of a header is read only once the ports are right. */
static __always_inline bool read_ports(struct __sk_buff *skb, struct packet *packet)
{
	__u32 end;
	if (skb->protocol == __builtin_bswap16(ETH_P_IP)) {
		struct ipv4_header ip;
		if (bpf_skb_load_bytes(skb, 0, &ip, sizeof(ip)))
			return false;
		// only the first fragment has ports
		if (ip.fragment & __builtin_bswap16(0x1FFF))
			return false;
		packet->family = AF_INET;
		packet->protocol = ip.protocol;
		packet->transport = (ip.version_length & 15) * 4;
		end = __builtin_bswap16(ip.length);
	} else if (skb->protocol == __builtin_bswap16(ETH_P_IPV6)) {
		struct ipv6_header ip;
		if (bpf_skb_load_bytes(skb, 0, &ip, sizeof(ip)))
			return false;
		packet->family = AF_INET6;
		packet->protocol = ip.next;
		packet->transport = sizeof(ip);
		end = sizeof(ip) + __builtin_bswap16(ip.length);
		for (int i = 0; i < IPV6_EXTENSIONS_MAX; i++) {
			if (packet->protocol != IPV6_HOP_BY_HOP && packet->protocol != IPV6_ROUTING && packet->protocol != IPV6_DESTINATION)
				break;
			__u8 extension[2];
			if (bpf_skb_load_bytes(skb, packet->transport, extension, sizeof(extension)))
				return false;
			packet->protocol = extension[0];
			packet->transport += (extension[1] + 1) * 8;
		}
	} else {
		return false;
	}
	if (packet->protocol != PROTOCOL_TCP && packet->protocol != PROTOCOL_UDP)
		return false;
	__be16 ports[2];
	if (bpf_skb_load_bytes(skb, packet->transport, ports, sizeof(ports)))
		return false;
	packet->source_port = __builtin_bswap16(ports[0]);
	packet->destination_port = __builtin_bswap16(ports[1]);
	// a large send has no length in its header yet
	packet->end = end && end < skb->len ? end : skb->len;
	return true;
}

/* Where the payload begins. */
static __always_inline bool read_transport(struct __sk_buff *skb, struct packet *packet)
{
	if (packet->protocol == PROTOCOL_UDP) {
		packet->payload = packet->transport + 8;
		return packet->payload <= packet->end;
	}
	struct tcp_header tcp;
	if (bpf_skb_load_bytes(skb, packet->transport, &tcp, sizeof(tcp)))
		return false;
	packet->sequence = __builtin_bswap32(tcp.sequence);
	packet->flags = tcp.flags;
	packet->payload = packet->transport + (tcp.offset >> 4) * 4;
	return packet->payload <= packet->end;
}

/* Both ends: `local` is the side of the socket. */
static __always_inline void fill_packet_addresses(struct __sk_buff *skb, struct packet *packet, struct probe_network *body, bool outgoing)
{
	void *source = outgoing ? body->local : body->remote;
	void *destination = outgoing ? body->remote : body->local;
	body->family = packet->family;
	body->protocol = packet->protocol;
	body->local_port = outgoing ? packet->source_port : packet->destination_port;
	body->remote_port = outgoing ? packet->destination_port : packet->source_port;
	if (packet->family == AF_INET) {
		bpf_skb_load_bytes(skb, __builtin_offsetof(struct ipv4_header, source), source, 4);
		bpf_skb_load_bytes(skb, __builtin_offsetof(struct ipv4_header, destination), destination, 4);
	} else {
		bpf_skb_load_bytes(skb, __builtin_offsetof(struct ipv6_header, source), source, 16);
		bpf_skb_load_bytes(skb, __builtin_offsetof(struct ipv6_header, destination), destination, 16);
	}
}
