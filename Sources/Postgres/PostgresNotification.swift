/// What a NOTIFY said.
public struct PostgresNotification: Sendable, Equatable {
    /// The channel it came on.
    public let channel: String
    /// The text that came with it; often empty.
    public let payload: String
    /// The process id of the server session that sent it.
    public let senderProcessID: Int32
}
