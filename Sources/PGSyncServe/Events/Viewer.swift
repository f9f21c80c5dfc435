import HTTPServer

/// One open stream of events.
struct Viewer {
    let stream: ResponseStream
    let topics: Set<String>
    let session: String?
    let token: Int64?
    /// The newest number it was sent of each topic.
    var sent: [String: Int] = [:]
    var lastSentAt = ContinuousClock.Instant.now
}

/// The newest state of one topic.
struct Topic {
    let json: String
    let number: Int
}
