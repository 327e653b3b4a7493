import ContractGRPC

/// A request that says which sensor it comes from, so that a fault plan can single one out.
protocol SensorNamed {
    /// The sensor's id; before registration its persistent id.
    var sensorName: String { get }
}

extension Wizsensor_V1_RegisterRequest: SensorNamed { var sensorName: String { persistentID } }
extension Wizsensor_V1_HeartbeatRequest: SensorNamed { var sensorName: String { sensorID } }
extension Wizsensor_V1_DeregisterRequest: SensorNamed { var sensorName: String { sensorID } }
extension Wizsensor_V1_CurrentDefinitionsRequest: SensorNamed { var sensorName: String { sensorID } }
extension Wizsensor_V1_DownloadDefinitionsRequest: SensorNamed { var sensorName: String { sensorID } }
extension Wizsensor_V1_LookupRequest: SensorNamed { var sensorName: String { sensorID } }
