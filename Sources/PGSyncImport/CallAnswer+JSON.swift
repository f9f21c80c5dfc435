internal import HTTPClient
import JSON
import PGSyncRemote

extension CallRunner.Answer {
    /// The body, if it is JSON; some put a byte order mark before it.
    var json: JSONValue? {
        let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
        let body = reply.body.starts(with: mark) ? reply.body.dropFirst(mark.count) : reply.body[...]
        return String(validating: body, as: UTF8.self).flatMap { try? JSONValue(parsing: $0) }
    }
}
