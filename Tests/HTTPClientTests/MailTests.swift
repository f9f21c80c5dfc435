import TestSupport
import Testing

@testable import HTTPClient

@Suite("Mail", .enabled(if: Receiver.isInstalled), .timeLimit(.minutes(5)))
struct MailTests {
    private func mail(_ receiver: Receiver) throws -> MailRequest {
        var mail = MailRequest(
            host: "localhost",
            port: receiver.port,
            from: "pgsync@example.com",
            to: ["a@example.com", "b@example.com"],
            message: Array("Subject: x\r\n\r\n.first\r\n..\r\nlast\r\n".utf8)
        )
        mail.login = .init(user: "pgsync", password: "hush")
        mail.authorities = try receiver.authorities()
        return mail
    }

    private let local = AddressPolicy(allowing: ["127.0.0.0/8", "::1"].compactMap { AddressRange($0) })

    @Test("is taken by aiosmtpd as it is, encrypted and with a login")
    func sends() async throws {
        try await Receiver.run(.mail, secret: "hush") { receiver in
            let client = try HTTPClient(policy: local)
            let reply = try await client.send(try mail(receiver))
            #expect(reply.code == 250 && reply.text == "250 2.0.0 taken")
            try await eventually { receiver.received.count == 1 }
            let line = try #require(receiver.received.first)
            #expect(line.contains(#""recipients": ["a@example.com", "b@example.com"]"#))
            #expect(line.contains(#""raw": "Subject: x\r\n\r\n.first\r\n..\r\nlast\r\n""#))
            #expect(line.contains(#""encrypted": true, "user": "pgsync""#))
        }
    }

    @Test("is refused with a wrong password or recipient, in the server's words, and not sent unencrypted")
    func refusals() async throws {
        try await Receiver.run(.mail, secret: "hush") { receiver in
            let client = try HTTPClient(policy: local)
            var wrong = try mail(receiver)
            wrong.login = .init(user: "pgsync", password: "shout")
            await #expect {
                try await client.send(wrong)
            } throws: { error in
                if case .refused(535, let words)? = error as? TransferError {
                    !words.contains("shout")
                } else {
                    false
                }
            }
            wrong = try mail(receiver)
            wrong.recipients = ["nobody@example.com"]
            await #expect(throws: TransferError.refused(code: 550, "550 5.1.1 no such mailbox")) {
                try await client.send(wrong)
            }
            wrong = try mail(receiver)
            wrong.encryption = .none
            await #expect(throws: TransferError.self) { try await client.send(wrong) }
            wrong = try mail(receiver)
            wrong.authorities = nil
            await #expect {
                try await client.send(wrong)
            } throws: { error in
                if case .untrusted? = error as? TransferError { true } else { false }
            }
            await #expect(throws: TransferError.self) { try await HTTPClient().send(try mail(receiver)) }
            #expect(receiver.received.isEmpty)
        }
    }

    @Test(
        "has no address that ends a line or command",
        arguments: ["a@b\r\nRCPT TO:<evil@x>", "a@b>\r\n", "a@b> c", "<a@b", "nobody", "a@b\nc"]
    )
    func injection(address: String) async throws {
        let client = try HTTPClient(policy: local)
        for (sender, recipient) in [(address, "a@example.com"), ("a@example.com", address)] {
            let mail = MailRequest(host: "localhost", port: 1, from: sender, to: [recipient], message: [])
            await #expect {
                try await client.send(mail)
            } throws: { error in
                if case .invalid? = error as? TransferError { true } else { false }
            }
        }
    }
}
