import Clocks
import Events
import Foundations
import Host
import Pipeline
import Settings

/// The pipeline's settings for this machine and this run.
enum PipelineSettings {
    static func daemon(_ settings: Settings, identity: SensorIdentity, hasKubernetes: Bool) -> Pipeline.Settings {
        var out = Pipeline.Settings(identity: identity, bootToWall: SystemClock.bootToWall(), hostNamespaces: ProcessScan.hostNamespaces())
        out.lookUpLoopback = settings.lookUpLoopback
        out.timeScale = settings.timeScale
        out.ruleMatching = settings.ruleMatching == "first" ? .first : .all
        // a pod is in the API 20 to 90 ms after its first exec: see docs/ARCHITECTURE.md
        out.contextTimeout = .seconds(3)
        out.hasKubernetes = hasKubernetes
        return out
    }

    /// Without a portal, for commands that only look on.
    static func standalone() -> Pipeline.Settings {
        let host = HostFactsReader.read()
        let identity = SensorIdentity(
            id: "", name: host.hostname, sensorVersion: SensorVersion.sensor, definitionsVersion: "", hostname: host.hostname, kernelVersion: host.kernelVersion)
        return Pipeline.Settings(identity: identity, bootToWall: SystemClock.bootToWall(), hostNamespaces: ProcessScan.hostNamespaces())
    }
}
