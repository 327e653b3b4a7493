import Events
import Foundations
import Testing

/// Fields of containers and pods: what runtime and API say, under the names that rules know.
struct ContainerFieldTests {
    private let event: EnrichedEvent = {
        var container = EventKit.container(image: "registry.example:5000/shop/web:2.4")
        container.name = "web"
        container.imageID = "sha256:1234"
        container.imageDigest = "sha256:abcd"
        container.created = WallInstant(nanoseconds: 5)
        container.started = WallInstant(nanoseconds: 7)
        container.labels = ["app.kubernetes.io/name": "web"]
        container.mounts = [
            .init(source: "/srv/data", destination: "/data", isWritable: true, propagation: "rslave"), .init(source: "/proc", destination: "/host/proc", mode: "ro", isWritable: false, propagation: "private"),
        ]
        container.sandboxID = String(repeating: "5", count: 64)
        var pod = PodContext(name: "shop-0", namespace: "shop", uid: "u")
        pod.labels = ["app": "shop", "tier": "front"]
        pod.owners = [.init(kind: "ReplicaSet", name: "shop-5d4"), .init(kind: "Deployment", name: "shop")]
        pod.serviceAccount = "shop"
        container.pod = pod
        return EventKit("/bin/sh", container: container).exec()
    }()

    @Test(arguments: [
        "container.image.id = sha256:1234", "container.image.digest = sha256:abcd", "container.image.tag = 2.4", "container.image.repository = registry.example:5000/shop/web",
        "container.created_time = 5", "container.start_ts = 7", "container.label[app.kubernetes.io/name] = web", "container.labels contains name:web",
        "container.mounts = '/srv/data:/data::true:rslave,/proc:/host/proc:ro:false:private'", "container.mount[0] = '/srv/data:/data::true:rslave'", "container.mount[/host/*] endswith private",
        "container.mount.source[/data] = /srv/data", "container.mount.dest[/proc*] = /host/proc", "container.mount.dest[1] = /host/proc", "container.mount.mode[/proc] = ro",
        "container.mount.rdwr[/srv/data] = true", "container.mount.rdwr[/proc] = false", "container.mount.propagation[*data] = rslave", "container.mount.dest[/] = N/A", "container.mount[7] in ('<NA>', 'N/A')",
        "k8s.pod.sandbox_id = 555555555555", "k8s.pod.full_sandbox_id startswith 5555555555555", "k8s.pod.label[app] = shop", "k8s.pod.label.tier = front", "k8s.pod.labels = 'app:shop,tier:front'",
        "k8s.ns.name = shop", "k8s.deployment.name = shop", "k8s.rs.name = shop-5d4", "k8s.sa.name = shop", "k8s.owner.kind = Deployment",
    ])
    func holds(_ condition: String) { #expect(RuleKit.holds(condition, event)) }

    @Test(arguments: [
        "container.mount.dest[/] != N/A", "container.label[app] exists", "k8s.pod.label[none] exists", "k8s.ds.name exists", "not container.mount.dest[/sys*] in ('<NA>', 'N/A')",
        "container.mount.source[/dat] = /srv/data",
    ])
    func doesNotHold(_ condition: String) { #expect(!RuleKit.holds(condition, event)) }

    @Test func aProcessOfTheHostHasNoneOfThem() {
        let host = EventKit("/bin/sh").exec()
        for condition in ["container.image.id exists", "container.labels exists", "k8s.pod.sandbox_id exists", "container.mounts exists"] { #expect(!RuleKit.holds(condition, host)) }
        #expect(RuleKit.holds("container.mount.dest[/proc*] in ('<NA>', 'N/A')", host))
    }
}
