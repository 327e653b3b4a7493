/// What functions take and give, for checking expressions before they are used.
///
/// A line is `name arguments result`; a dot before the arguments makes the first one the target. `[A]` is a list, `{A:B}` a map, `?A` an optional,
/// capital letters are parameters.
struct CELSignature: Sendable {
    var isMember: Bool
    var arguments: [CELType]
    var result: CELType

    static let all: [String: [CELSignature]] = {
        var found: [String: [CELSignature]] = [:]
        for line in table.split(separator: "\n") {
            let words = line.split(separator: " ")
            guard words.count == 3 else { continue }
            let isMember = words[1].hasPrefix(".")
            var rest = isMember ? words[1].dropFirst() : words[1]
            var arguments: [CELType] = []
            while !rest.isEmpty, rest != "-" {
                arguments.append(type(&rest))
                if rest.first == "," { rest.removeFirst() }
            }
            var result = words[2]
            found[String(words[0]), default: []].append(CELSignature(isMember: isMember, arguments: arguments, result: type(&result)))
        }
        return found
    }()

    private static let names: [Substring: CELType] = [
        "dyn": .dyn, "null": .null, "bool": .bool, "int": .int, "uint": .uint, "double": .double, "string": .string, "bytes": .bytes, "timestamp": .timestamp, "duration": .duration, "type": .type,
        "quantity": .opaque("kubernetes.Quantity"), "url": .opaque("kubernetes.URL"), "ip": .opaque("net.IP"), "cidr": .opaque("net.CIDR"), "format": .opaque("kubernetes.NamedFormat"),
        "authorizer": .opaque("kubernetes.authorization.Authorizer"), "path": .opaque("kubernetes.authorization.PathCheck"), "group": .opaque("kubernetes.authorization.GroupCheck"),
        "resource": .opaque("kubernetes.authorization.ResourceCheck"), "decision": .opaque("kubernetes.authorization.Decision"),
    ]

    private static func type(_ text: inout Substring) -> CELType {
        switch text.first {
        case "[":
            text.removeFirst()
            let item = type(&text)
            text = text.dropFirst()
            return .list(item)
        case "{":
            text.removeFirst()
            let key = type(&text)
            text = text.dropFirst()
            let value = type(&text)
            text = text.dropFirst()
            return .map(key, value)
        case "?":
            text.removeFirst()
            return .optional(type(&text))
        default:
            let word = text.prefix { $0.isLetter }
            text = text.dropFirst(max(word.count, 1))
            return names[word] ?? .parameter(String(word))
        }
    }

    private static let table = """
        _==_ A,A bool
        _!=_ A,A bool
        !_ bool bool
        -_ int int
        -_ double double
        -_ duration duration
        _+_ int,int int
        _+_ uint,uint uint
        _+_ double,double double
        _+_ string,string string
        _+_ bytes,bytes bytes
        _+_ [A],[A] [A]
        _+_ duration,duration duration
        _+_ timestamp,duration timestamp
        _+_ duration,timestamp timestamp
        _-_ int,int int
        _-_ uint,uint uint
        _-_ double,double double
        _-_ duration,duration duration
        _-_ timestamp,duration timestamp
        _-_ timestamp,timestamp duration
        _*_ int,int int
        _*_ uint,uint uint
        _*_ double,double double
        _/_ int,int int
        _/_ uint,uint uint
        _/_ double,double double
        _%_ int,int int
        _%_ uint,uint uint
        @in A,[A] bool
        @in A,{A:B} bool
        _[_] [A],int A
        _[_] {A:B},A B
        _[_] ?[A],int ?A
        _[_] ?{A:B},A ?B
        _[?_] [A],int ?A
        _[?_] {A:B},A ?B
        _[?_] ?[A],int ?A
        _[?_] ?{A:B},A ?B
        _?_:_ bool,A,A A
        size string int
        size bytes int
        size [A] int
        size {A:B} int
        size .string int
        size .bytes int
        size .[A] int
        size .{A:B} int
        contains .string,string bool
        startsWith .string,string bool
        endsWith .string,string bool
        matches .string,string bool
        matches string,string bool
        find .string,string string
        findAll .string,string [string]
        findAll .string,string,int [string]
        charAt .string,int string
        indexOf .string,string int
        indexOf .string,string,int int
        lastIndexOf .string,string int
        lastIndexOf .string,string,int int
        lowerAscii .string string
        upperAscii .string string
        trim .string string
        reverse .string string
        replace .string,string,string string
        replace .string,string,string,int string
        split .string,string [string]
        split .string,string,int [string]
        substring .string,int string
        substring .string,int,int string
        format .string,[dyn] string
        join .[string] string
        join .[string],string string
        isSorted .[A] bool
        sum .[A] A
        min .[A] A
        max .[A] A
        indexOf .[A],A int
        lastIndexOf .[A],A int
        reverse .[A] [A]
        distinct .[A] [A]
        sort .[A] [A]
        slice .[A],int,int [A]
        first .[A] ?A
        last .[A] ?A
        flatten .[dyn] [dyn]
        sets.contains [A],[A] bool
        sets.equivalent [A],[A] bool
        sets.intersects [A],[A] bool
        bool bool bool
        bool string bool
        int int int
        int uint int
        int double int
        int string int
        int timestamp int
        int duration int
        uint uint uint
        uint int uint
        uint double uint
        uint string uint
        double double double
        double int double
        double uint double
        double string double
        string string string
        string bool string
        string int string
        string uint string
        string double string
        string bytes string
        string timestamp string
        string duration string
        string url string
        string ip string
        string cidr string
        string quantity string
        bytes bytes bytes
        bytes string bytes
        timestamp timestamp timestamp
        timestamp string timestamp
        timestamp int timestamp
        duration duration duration
        duration string duration
        duration int duration
        dyn A dyn
        type A type
        optional.of A ?A
        optional.none - ?A
        optional.ofNonZeroValue A ?A
        hasValue .?A bool
        value .?A A
        or .?A,?A ?A
        orValue .?A,A A
        quantity string quantity
        isQuantity string bool
        sign .quantity int
        isInteger .quantity bool
        asInteger .quantity int
        asApproximateFloat .quantity double
        add .quantity,quantity quantity
        add .quantity,int quantity
        sub .quantity,quantity quantity
        sub .quantity,int quantity
        isLessThan .quantity,quantity bool
        isGreaterThan .quantity,quantity bool
        compareTo .quantity,quantity int
        url string url
        isURL string bool
        getScheme .url string
        getHost .url string
        getHostname .url string
        getPort .url string
        getEscapedPath .url string
        getQuery .url {string:[string]}
        ip string ip
        isIP string bool
        ip.isCanonical string bool
        family .ip int
        isUnspecified .ip bool
        isLoopback .ip bool
        isLinkLocalMulticast .ip bool
        isLinkLocalUnicast .ip bool
        isGlobalUnicast .ip bool
        cidr string cidr
        isCIDR string bool
        ip .cidr ip
        masked .cidr cidr
        prefixLength .cidr int
        containsIP .cidr,ip bool
        containsIP .cidr,string bool
        containsCIDR .cidr,cidr bool
        containsCIDR .cidr,string bool
        format.named string ?format
        validate .format,string ?[string]
        jsonpatch.escapeKey string string
        path .authorizer,string path
        group .authorizer,string group
        serviceAccount .authorizer,string,string authorizer
        resource .group,string resource
        subresource .resource,string resource
        namespace .resource,string resource
        name .resource,string resource
        fieldSelector .resource,string resource
        labelSelector .resource,string resource
        check .path,string decision
        check .resource,string decision
        allowed .decision bool
        reason .decision string
        errored .decision bool
        error .decision string
        getFullYear .timestamp int
        getFullYear .timestamp,string int
        getMonth .timestamp int
        getMonth .timestamp,string int
        getDate .timestamp int
        getDate .timestamp,string int
        getDayOfMonth .timestamp int
        getDayOfMonth .timestamp,string int
        getDayOfYear .timestamp int
        getDayOfYear .timestamp,string int
        getDayOfWeek .timestamp int
        getDayOfWeek .timestamp,string int
        getHours .timestamp int
        getHours .timestamp,string int
        getHours .duration int
        getMinutes .timestamp int
        getMinutes .timestamp,string int
        getMinutes .duration int
        getSeconds .timestamp int
        getSeconds .timestamp,string int
        getSeconds .duration int
        getMilliseconds .timestamp int
        getMilliseconds .timestamp,string int
        getMilliseconds .duration int
        """
}
