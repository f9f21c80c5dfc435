@testable import HTTPClient
import Testing

@testable import PGSyncRemote
@testable import PGSyncRules

@Suite("What an answer means")
struct CallAnswerTests {
    private func reply(_ status: Int, _ headers: [(String, String)] = [], body: String = "{}") -> HTTPReply {
        HTTPReply(status: status, headers: headers.map { (name: $0.0, value: $0.1) }, body: Array(body.utf8))
    }

    private func answer(_ status: Int, _ headers: [(String, String)] = []) -> CallAnswer {
        CallAnswer(reply(status, headers), conditions: [])
    }

    private func told(_ status: Int) -> String { "the API answered with status \(status)" }

    @Test("follows from its status")
    func status() {
        for status in [200, 201, 206, 299] { #expect(answer(status) == .ok) }
        for status in [204, 304] { #expect(answer(status) == .empty) }
        for status in [404, 410] { #expect(answer(status) == .gone) }
        for status in [408, 425, 500, 502, 503, 504, 599, 100] {
            #expect(answer(status) == .transient(told(status)))
        }
        for status in [300, 305, 400, 402, 403, 405, 409, 422, 451] {
            #expect(answer(status) == .config(told(status)))
        }
        #expect(answer(401) == .auth(told(401)))
        for status in [301, 302, 303, 307, 308] {
            #expect(answer(status, [("Location", "/x")]) == .redirect("/x"))
            #expect(answer(status) == .config("\(told(status)) and no place to go"))
        }
        #expect(answer(429) == .limited(told(429), wait: nil))
        #expect(answer(503, [("Retry-After", "7")]) == .limited(told(503), wait: .seconds(7)))
        #expect(answer(500, [("Retry-After", "7")]) == .transient(told(500)))
    }

    @Test("is what the definition says where that differs")
    func conditions() throws {
        let header = AnswerCondition(meaning: .retry, place: .header("stripe-should-retry"), value: "true")
        let never = AnswerCondition(
            meaning: .neverRetry,
            place: .header("stripe-should-retry"),
            value: "false"
        )
        let body = AnswerCondition(
            meaning: .limited,
            place: .body(try #require(JSONPath("error.code"))),
            value: "3001"
        )
        let all = [header, never, body]
        #expect(
            CallAnswer(reply(409, [("Stripe-Should-Retry", "true")]), conditions: all)
                == .transient(told(409))
        )
        #expect(
            CallAnswer(reply(500, [("Stripe-Should-Retry", "false")]), conditions: all) == .config(told(500))
        )
        #expect(CallAnswer(reply(200, [("Stripe-Should-Retry", "false")]), conditions: all) == .ok)
        #expect(
            CallAnswer(reply(400, body: #"{"error":{"code":3001}}"#), conditions: all)
                == .limited(told(400), wait: nil)
        )
        #expect(
            CallAnswer(reply(400, body: #"{"error":{"code":3002}}"#), conditions: all) == .config(told(400))
        )
    }

    @Test("of a transfer that brought none is what went wrong with it")
    func transfers() {
        for error: TransferError in [
            .unknownHost("x"), .unreachable("x"), .timedOut("x"), .failed("x"), .untrusted("x"),
        ] {
            #expect(CallAnswer(error) == .transient("x"))
        }
        for error: TransferError in [
            .addressRefused("169.254.169.254"), .bodyTooLarge(limit: 9, status: 200),
        ] {
            guard case .refused = CallAnswer(error) else {
                Issue.record("\(error)")
                continue
            }
        }
        #expect(CallAnswer(.invalid("x")) == .config("the request cannot be sent: x"))
    }

    @Test(
        "tells how long to wait in seconds or by a date, measured against its own",
        arguments: [
            ("7", 7), ("0", 0), (" 7 ", 7), ("86400", 86_400), ("99999999999999999999", 604_800),
            ("9999999", 604_800), ("Sun, 06 Nov 1994 08:50:37 GMT", 60),
            ("Sun, 06 Nov 1994 08:49:37 GMT", nil), ("Sat, 05 Nov 1994 08:49:37 GMT", nil),
            ("Mon, 07 Nov 1994 08:49:37 GMT", 86_400), ("-5", nil), ("+5", nil), ("1.5", nil), ("soon", nil),
            ("", nil), ("5 s", nil),
        ] as [(String, Int?)]
    )
    func retryAfter(text: String, seconds: Int?) {
        let reply = reply(429, [("Date", "Sun, 06 Nov 1994 08:49:37 GMT"), ("Retry-After", text)])
        #expect(RetryAfter.wait(of: reply) == seconds.map { .seconds($0) })
    }

    @Test("with a date to wait for and no date of its own tells nothing")
    func undated() {
        #expect(RetryAfter.wait(of: reply(429, [("Retry-After", "Sun, 06 Nov 1994 08:50:37 GMT")])) == nil)
        #expect(RetryAfter.wait(of: reply(429)) == nil)
    }

    @Test(
        "has dates as HTTP writes them today, and no others",
        arguments: [
            ("Sun, 06 Nov 1994 08:49:37 GMT", 784_111_777), ("Thu, 01 Jan 1970 00:00:00 GMT", 0),
            ("Thu, 29 Feb 2024 23:59:60 GMT", 1_709_251_200), ("Thu, 30 Feb 2024 00:00:00 GMT", nil),
            ("Sunday, 06-Nov-94 08:49:37 GMT", nil), ("Sun Nov  6 08:49:37 1994", nil),
            ("Sun, 6 Nov 1994 08:49:37 GMT", nil), ("Sun, 06 Nov 1994 08:49:37 UTC", nil),
            ("Sun, 06 Nov 1994 8:49:37 GMT", nil), ("Sun, 06 Nov 1994 24:49:37 GMT", nil),
            ("Sun, +6 Nov 1994 08:49:37 GMT", nil), ("Sun, 06 Nov 1994 08:-1:37 GMT", nil), ("", nil),
        ] as [(String, Int64?)]
    )
    func dates(text: String, seconds: Int64?) {
        #expect(HTTPDate.seconds(text) == seconds)
    }
}
