"""The Go structs of the Kubernetes API, as the type information in a kubectl program tells them: what no published schema says, which fields are
pointers, which are written although empty, and where protobuf keeps the fields of structs that JSON shows inline.

Reads the rtype records of a Go program for 64-bit Linux that is linked to fixed addresses (internal/abi/type.go describes them).
"""
import re, struct, sys

STRUCT, POINTER = 25, 22


class Program:
    def __init__(self, path):
        self.data = open(path, "rb").read()
        table, = struct.unpack_from("<Q", self.data, 40)
        size, count, names = struct.unpack_from("<HHH", self.data, 58)
        headers = [struct.unpack_from("<IIQQQQ", self.data, table + size * i) for i in range(count)]
        for header in headers:
            start = headers[names][4] + header[0]
            if self.data[start:self.data.index(b"\0", start)] == b".rodata":
                self.address, self.offset, self.size = header[3:6]

    def at(self, address):
        if not self.address <= address < self.address + self.size:
            raise ValueError("an address outside of the read-only data")
        return address - self.address + self.offset

    def words(self, address, count):
        return struct.unpack_from(f"<{count}Q", self.data, self.at(address))

    def name(self, address):
        """(text, tag, whether embedded)"""
        at = self.at(address)
        flags, parts = self.data[at], []
        at += 1
        for present in (True, flags & 2):
            size = shift = 0
            while present:
                byte = self.data[at]
                size |= (byte & 127) << shift
                at, shift = at + 1, shift + 7
                if byte < 128:
                    break
            parts.append(self.data[at:at + size].decode())
            at += size
        return parts[0], parts[1], bool(flags & 8)

    def kind(self, address):
        return self.data[self.at(address) + 23] & 31

    def type_name(self, address):
        at = self.at(address)
        text = self.name(self.address + struct.unpack_from("<i", self.data, at + 40)[0])[0]
        return text[1:] if self.data[at + 20] & 2 else text

    def package(self, address):
        at = self.at(address)
        return self.name(self.address + struct.unpack_from("<i", self.data, at + 80)[0])[0] if self.data[at + 20] & 1 else ""

    def structs(self):
        """{package.Type: [(name, tag, embedded, kind, type name)]} of the API."""
        found = {}
        for at in range(self.offset, self.offset + self.size - 84, 8):
            if self.data[at + 23] & 31 != STRUCT:
                continue
            first, count, room = struct.unpack_from("<QQQ", self.data, at + 56)
            if count != room or not 0 < count < 200 or not self.address <= first < self.address + self.size:
                continue
            address = at - self.offset + self.address
            try:
                package = self.package(address)
                if not package.startswith(("k8s.io/api/", "k8s.io/apimachinery/pkg/apis/meta/")):
                    continue
                fields = []
                for i in range(count):
                    name, kind, _ = self.words(first + 24 * i, 3)
                    fields.append((*self.name(name), self.kind(kind), self.type_name(kind)))
                found[f"{package}.{self.type_name(address).split('.')[-1]}"] = fields
            except (ValueError, UnicodeDecodeError, IndexError, struct.error):
                continue  # bytes that look like a struct and are none
        return found


class Field:
    def __init__(self, path, is_pointer, is_always_written):
        self.path, self.is_pointer, self.is_always_written = path, is_pointer, is_always_written


def fields(program):
    """{short type name: {JSON name: Field}}, structs that JSON shows inline taken apart."""
    structs = {name.replace("k8s.io/apimachinery/pkg/apis/", "").replace("k8s.io/api/", "").replace("/", "."): value
               for name, value in Program(program).structs().items()}

    def flat(name, path):
        found = {}
        for field, tag, embedded, kind, shown in structs[name]:
            words = dict(re.findall(r'(\w+):"([^"]*)"', tag))
            json, *options = words.get("json", "-").split(",")
            number = re.match(r"\w+,(\d+)", words.get("protobuf", ""))
            here = path + [number.group(1)] if number else path
            if "inline" in options or embedded and not json:
                inner = shown.lstrip("*")
                if inner == "v1.TypeMeta":
                    continue
                for owner in (f"{name.split('.')[0]}.{inner}", f"core.{inner}", f"meta.{inner}"):
                    if owner in structs:
                        found |= flat(owner, here)
                        break
                else:
                    sys.exit(f"{name}: no struct {shown}, which it holds inline")
            elif json != "-":
                is_struct = kind == STRUCT and "omitzero" not in options
                found[json] = Field(".".join(here) if number else "0", kind == POINTER, is_struct or "omitempty" not in options)
        return found

    return {name: flat(name, []) for name in structs if re.match(r"[a-z]+\.v\d\w*\.", name)}
