"""Holds protobuf of the reference Kubernetes API server against the descriptors that a kubectl program carries and Google's protobuf runtime.

    kube_protobuf.py KUBECTL < OBJECTS

A line of OBJECTS is {"type": "core.v1.Pod", "json": object, "protobuf": base64 of its message}. For each a line is answered: {"unknown": true} when kubectl
does not know the type; {"wrong": why}; or the message as made here from the JSON alone, with the JSON as far as kubectl knows its fields:
{"protobuf": base64, "json": object, "fields": how many were compared}.
"""
import base64, calendar, json, re, sys, time, zlib

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory, unknown_fields

META = "k8s.io.apimachinery.pkg.apis.meta.v1."


def descriptors(program):
    """The file descriptors that generated Go code registers, compressed one by one."""
    data, found = open(program, "rb").read(), {}
    for match in re.finditer(rb"\x1f\x8b\x08\x00\x00\x00\x00\x00[\x00\x02\x04]\xff", data):
        unpacker = zlib.decompressobj(31)
        try:
            text = unpacker.decompress(data[match.start():match.start() + (1 << 20)])
            file = descriptor_pb2.FileDescriptorProto.FromString(text)
        except Exception:
            continue
        if unpacker.eof and file.name.startswith("k8s.io/"):
            # Options of Go's generator have no meaning here.
            ours = [name for name in file.dependency if name.startswith("k8s.io/")]
            del file.dependency[:]
            file.dependency.extend(ours)
            found[file.name] = file
    return found


files = descriptors(sys.argv[1])
pool = descriptor_pool.DescriptorPool()


added = {}


def add(name):
    """Whether the file and all that it needs are there."""
    if name not in added:
        added[name] = name in files and all([add(needed) for needed in files[name].dependency])
        if added[name]:
            pool.Add(files[name])
    return added[name]


for name in files:
    add(name)


def plain(name):
    return re.sub(r"[^a-z0-9]", "", name.lower())


def special(name, value, message):
    """Types whose JSON is not an object of their fields."""
    if name.endswith("api.resource.Quantity"):
        message.string = value
    elif name.endswith("intstr.IntOrString"):
        message.type = 1 if isinstance(value, str) else 0
        message.intVal, message.strVal = (0, value) if isinstance(value, str) else (value, "")
    elif name in (META + "Time", META + "MicroTime"):
        whole, _, fraction = value.rstrip("Z").partition(".")
        message.seconds, message.nanos = calendar.timegm(time.strptime(whole, "%Y-%m-%dT%H:%M:%S")), int((fraction or "0").ljust(9, "0"))
    elif name.endswith("runtime.RawExtension") or name == META + "FieldsV1":
        setattr(message, "raw" if "raw" in message.DESCRIPTOR.fields_by_name else "Raw", json.dumps(value, separators=(",", ":"), sort_keys=True, ensure_ascii=False).encode())
    elif name.endswith("ExtraValue"):
        message.items.extend(value)
    else:
        return False
    return True


class Filler:
    compared = 0

    def fill(self, message, value):
        """Sets the fields of a message by name; returns the JSON less what the message has no field for, embedded structs included."""
        if special(message.DESCRIPTOR.full_name, value, message):
            return value
        known = {}
        for member, inner in value.items():
            owner, field = self.find(message, member, set(value))
            if field is not None:
                self.compared += 1
                known[member] = self.set(owner(), field, inner)
        return known

    def find(self, message, member, siblings):
        for field in message.DESCRIPTOR.fields:
            if plain(field.name) == plain(member):
                return lambda: message, field
        names = {plain(name) for name in siblings}
        for field in message.DESCRIPTOR.fields:
            if field.message_type and not field.is_repeated and plain(field.name) not in names:
                inner = getattr(message_factory.GetMessageClass(message.DESCRIPTOR)(), field.name)
                owner, found = self.find(inner, member, siblings) if self.is_embedded(message, field) else (None, None)
                if found is not None:
                    name = field.name
                    return lambda: self.find(getattr(message, name), member, siblings)[0](), found
        return None, None

    @staticmethod
    def is_embedded(message, field):
        """Go's embedded structs have fields named like their types."""
        return plain(field.message_type.name) == plain(field.name) or (message.DESCRIPTOR.name, field.name) in {
            ("Probe", "handler"), ("RuleWithOperations", "rule"), ("LifecycleHandler", "handler")}

    def set(self, message, field, value):
        if field.message_type and field.message_type.GetOptions().map_entry:
            target, inner = getattr(message, field.name), field.message_type.fields_by_name["value"]
            if not inner.message_type:
                for key in value:
                    target[key] = base64.b64decode(value[key]) if inner.type == inner.TYPE_BYTES else value[key]
                return value
            return {key: self.fill(target[key], value[key]) for key in value}
        if field.is_repeated:
            target = getattr(message, field.name)
            if field.message_type:
                return [self.fill(target.add(), item) for item in value]
            target.extend(value)
            return value
        if field.message_type:
            getattr(message, field.name).SetInParent()
            return self.fill(getattr(message, field.name), value)
        setattr(message, field.name, base64.b64decode(value) if field.type == field.TYPE_BYTES else value)
        return value


def without_unknown(message):
    """How many fields the sender knew and kubectl does not; they are dropped."""
    count = len(unknown_fields.UnknownFieldSet(message))
    for field, value in message.ListFields():
        if field.message_type and field.message_type.GetOptions().map_entry:
            if field.message_type.fields_by_name["value"].message_type:
                count += sum(without_unknown(value[key]) for key in value)
        elif field.message_type:
            count += sum(map(without_unknown, value)) if field.is_repeated else without_unknown(value)
    return count


def judge(entry):
    group, rest = entry["type"].split(".", 1)
    try:
        made = message_factory.GetMessageClass(pool.FindMessageTypeByName(f"{META}{rest[3:]}" if group == "meta" else f"k8s.io.api.{entry['type']}"))()
    except KeyError:
        return {"unknown": True}
    given = type(made).FromString(base64.b64decode(entry["protobuf"]))
    filler = Filler()
    known = filler.fill(made, entry["json"])
    dropped = without_unknown(given)
    given.DiscardUnknownFields()
    if given != made:
        return {"wrong": f"{dropped} unknown fields; given {given}; made {made}"}
    return {"protobuf": base64.b64encode(made.SerializeToString()).decode(), "json": known, "fields": filler.compared}


for line in sys.stdin:
    entry = json.loads(line)
    try:
        answer = judge(entry)
    except Exception as error:
        answer = {"wrong": f"{type(error).__name__}: {error}"}
    print(json.dumps(answer, ensure_ascii=False))
