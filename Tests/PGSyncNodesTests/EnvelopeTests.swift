import HTTPClient
import Signing
import Testing

@testable import PGSyncNodes

/// A master's side of signed calls, as of a time of its own.
private struct Side {
    let secret = MessageSecret(token: "pgs_000000rest")
    let envelope: Envelope

    init(isSealed: Bool = false) {
        envelope = Envelope(isSealed: isSealed, places: ["https://books.example/own"]) { "pgs_000000rest" }
    }

    func call(_ method: String = "GET", body: [UInt8]? = nil) throws -> HTTPRequest {
        var request = HTTPRequest(method, "https://books.example/own/api/sync/status")
        request.body = body
        try envelope.close(&request)
        return request
    }

    func reply(
        to request: HTTPRequest,
        _ status: Int,
        _ body: String = "{\"detail\":\"why\"}",
        ahead: Int64 = 0,
        coding: String? = nil,
        raw: [UInt8]? = nil
    ) -> HTTPReply {
        let raw = raw ?? Array(body.utf8)
        let signed = WebhookSignature.headers(
            id: MessageSecret.answerID(to: request["webhook-id"] ?? "", status: status),
            secondsSince1970: (Int64(request["webhook-timestamp"] ?? "") ?? 0) + ahead,
            body: raw,
            secrets: [secret.ofAnswers]
        )
        return HTTPReply(
            status: status,
            headers: signed + (coding.map { [("Content-Encoding", $0)] } ?? []),
            body: raw
        )
    }
}

extension HTTPRequest {
    fileprivate subscript(name: String) -> String? { headers.last { $0.name == name }?.value }
}

@Suite("Signed and encrypted calls")
struct EnvelopeTests {
    @Test("a clock that is a day off is told, and the next call is signed with the time of the master")
    func clock() throws {
        let side = Side()
        let first = try side.call()
        #expect(throws: TransferError.failed("the master does not take the signature: why")) {
            try side.envelope.open(side.reply(to: first, 401, ahead: 86_400))
        }
        let second = try side.call()
        let times = try [first, second].map { try #require(Int64($0["webhook-timestamp"] ?? "")) }
        #expect((86_400...86_410).contains(times[1] - times[0]))
        #expect(try side.envelope.open(side.reply(to: second, 200, "{}")).body == Array("{}".utf8))
        // Once the clock was set right, it counts again.
        _ = try side.envelope.open(side.reply(to: try side.call(), 200, ahead: -86_400))
        let third = try #require(Int64(try side.call()["webhook-timestamp"] ?? ""))
        #expect((0...10).contains(third - times[0]))
    }

    @Test("an answer counts only to the call that is open, with its status, and as it was signed")
    func others() throws {
        let side = Side()
        let old = side.reply(to: try side.call(), 200)
        let call = try side.call()
        let answer = side.reply(to: call, 200)
        let forged = [
            old, HTTPReply(status: 410, headers: answer.headers, body: answer.body),
            HTTPReply(status: 200, headers: answer.headers, body: answer.body + [32]),
            HTTPReply(status: 200, headers: [], body: answer.body),
            HTTPReply(status: 409, headers: [], body: answer.body),
            HTTPReply(
                status: 200,
                headers: WebhookSignature.headers(
                    id: MessageSecret.answerID(to: call["webhook-id"] ?? "", status: 200),
                    secondsSince1970: 0,
                    body: answer.body,
                    secrets: [side.secret.ofRequests]
                ),
                body: answer.body
            ),
        ]
        for reply in forged { #expect(throws: TransferError.self) { try side.envelope.open(reply) } }
        #expect(try side.envelope.open(answer).status == 200)
        // What stands before the master knows no token.
        #expect(try side.envelope.open(HTTPReply(status: 502, headers: [], body: [])).status == 502)
    }

    @Test("bodies are encrypted both ways, and show neither the token nor what they are")
    func sealed() throws {
        let side = Side(isSealed: true)
        let plain = Array("{\"records\":[1]}".utf8)
        let call = try side.call("POST", body: plain)
        #expect(call["Content-Encoding"] == "aes128gcm" && call["Accept-Encoding"] == "gzip, aes128gcm")
        #expect(call["Authorization"] == "Signed pgs_000000" && call.body != plain && !call.decompresses)
        #expect(try side.secret.open(try #require(call.body)) == plain)
        let body = try side.secret.seal(plain, name: "")
        let answer = side.reply(to: call, 200, coding: "aes128gcm", raw: body)
        #expect(try side.envelope.open(answer).body == plain)
        let other = try MessageSecret(token: "another").seal(plain, name: "")
        for raw in [other, Array(body.dropLast(17))] {
            let answer = side.reply(to: call, 200, coding: "aes128gcm", raw: raw)
            #expect(throws: TransferError.self) { try side.envelope.open(answer) }
        }
        #expect(throws: TransferError.self) {
            try side.envelope.open(side.reply(to: call, 200, coding: "br"))
        }
        #expect(throws: TransferError.failed("the answer is not encrypted")) {
            try side.envelope.open(side.reply(to: call, 200))
        }
    }
}
