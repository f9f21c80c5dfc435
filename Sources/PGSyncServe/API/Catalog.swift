import HTTPServer
import JSON

/// All endpoints, in the order in which the document lists them.
enum Catalog {
    static let endpoints: [Endpoint] =
        session + figures + sources + queue + records + jobs + schedules + imports + failedItems
        + endpointsOfOthers + compares + ledger + proof + alerts + nodes + configuration + ruleDiffs + access
        + [
            Endpoint(
                .get,
                "/openapi.json",
                nil,
                "This document.",
                answer: [],
                .document
            )
        ]

    /// Those and the ones that users wrote down before there was this API, which have their own forms.
    static let all = endpoints + forms

    /// A table of which a statement is about, as a filter.
    static let tableFilter = Field.text("table").orNull

    /// What a kind of problem means, for people.
    static func problemPage(_ name: String) -> HTTPResponse {
        guard let kind = ProblemKind(rawValue: name) else {
            return .plain(404, "there is no problem of this name")
        }
        return .plain(200, "\(kind.rawValue) (\(kind.status)): \(kind.title).")
    }

    private static let session: [Endpoint] = [
        Endpoint(
            .get,
            "/session",
            nil,
            "Who is logged in.",
            answer: sessionFields,
            .session(.show)
        ),
        Endpoint(
            .post,
            "/session",
            nil,
            "Logs a browser in with a token, or with the code of a link made on the server's machine.",
            body: [Field.text("token").orNull, Field.text("code").orNull],
            answer: sessionFields,
            .session(.begin)
        ),
        Endpoint(.delete, "/session", nil, "Logs a browser out.", answer: [], .session(.end)),
        Endpoint(
            .post,
            "/session/confirm",
            nil,
            "Shows an admin token again, one's own or that of a second person, for acts in the next five minutes.",
            body: [.text("token")],
            answer: sessionFields,
            .session(.confirm)
        ),
    ]

    private static let sessionFields: [Field] = [
        .boolean("logged_in"), .boolean("anonymous"), Field.text("name").orNull, Field.id("token").orNull,
        .texts("scopes"), Field.text("site").orNull, Field.text("csrf").orNull,
        Field.time("expires_at").orNull,
        Field.time("confirmed_until").orNull, Field.text("database").orNull, .text("version"),
        Field.text("time_zone").orNull,
    ]
}
