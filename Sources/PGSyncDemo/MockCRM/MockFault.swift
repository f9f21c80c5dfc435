/// What goes wrong with an answer of a CRM.
package enum MockFault: Sendable {
    /// Another answer.
    case status(Int, headers: [(name: String, value: String)] = [], body: String = #"{"error":"told so"}"#)
    /// The connection ends in the middle of the body.
    case cut
    /// The body comes a byte at a time, for ever.
    case drip
    /// The body has 300 MB.
    case huge
    /// The body has few bytes, and 40 MB when it is unpacked.
    case bomb
    /// The page before, with all it says.
    case repeated
    /// No rows, and all else as if there were.
    case empty
    /// The page says that it is the next itself.
    case circular
    /// The body, changed.
    case rewritten(@Sendable (String) -> String)
    /// The answer comes later.
    case late(Duration)
    /// Something happens before it is answered.
    case act(@Sendable (MockCRM) async -> Void)

    /// Too many calls, with what is said of when to come again.
    package static func limited(_ retryAfter: String?) -> MockFault {
        .status(429, headers: retryAfter.map { [("Retry-After", $0)] } ?? [])
    }

    package static func redirect(_ target: String) -> MockFault {
        .status(302, headers: [("Location", target)])
    }

    /// What calls are recorded with.
    package var name: String {
        switch self {
        case .status(let status, _, _): "status \(status)"
        case .cut: "cut"
        case .drip: "drip"
        case .huge: "huge"
        case .bomb: "bomb"
        case .repeated: "repeated"
        case .empty: "empty"
        case .circular: "circular"
        case .rewritten: "rewritten"
        case .late: "late"
        case .act: "act"
        }
    }
}

/// Which calls a fault is for.
struct MockScript: Sendable {
    let fault: MockFault
    let matches: @Sendable (MockCRM.Call) -> Bool
    /// How many more; nil for all.
    var times: Int?
}
