import Glibc
internal import HTTPClient
internal import JSON
package import PGSyncStore
internal import Signing
internal import Subprocesses

/// Sends messages through channels that leave the database.
package struct ChannelSender: Sendable {
    private let site: DeliverySite
    private let version: String

    /// `version` tells receivers what sent it.
    package init(_ site: DeliverySite, version: String) {
        self.site = site
        self.version = version
    }

    /// Sends messages that were taken together, and returns what the receiver answered.
    package func send(_ deliveries: [Delivery], through channel: Channel) async throws(DeliveryFailure)
        -> String
    {
        guard let first = deliveries.first else { throw .settings("there is nothing to send") }
        switch channel.kind {
        case .notify: throw .settings("only the database can notify")
        case .command: return try await run(first, channel)
        case .webhook: return try await post(first, channel)
        case .slack: return try await slack(first, channel)
        case .mail: return try await mail(deliveries, channel)
        }
    }

    // MARK: HTTP

    private func post(_ delivery: Delivery, _ channel: Channel) async throws(DeliveryFailure) -> String {
        var secrets: [WebhookSecret] = []
        for reference in [channel.secret, channel.previousSecret].compactMap(\.self) {
            guard let secret = WebhookSecret(try site.secret(reference)) else {
                throw .settings("\(reference) is no secret of a webhook: whsec_ and 24 to 64 bytes in base64")
            }
            secrets.append(secret)
        }
        guard !secrets.isEmpty else { throw .settings("the channel has no secret to sign with") }
        var request = HTTPRequest("POST", channel.settings["url"]?.string ?? "")
        let body = Array(delivery.payload.text().utf8)
        request.body = body
        request.headers = WebhookSignature.headers(
            id: delivery.messageID,
            secondsSince1970: Int64(time(nil)),
            body: body,
            secrets: secrets
        )
        return try await send(request, channel)
    }

    private func slack(_ delivery: Delivery, _ channel: Channel) async throws(DeliveryFailure) -> String {
        guard let reference = channel.secret else { throw .settings("the channel has no secret") }
        let url = try site.secret(reference)
        // The URL is the secret, so that no message shows any of it.
        guard url.hasPrefix("https://") || url.hasPrefix("http://") else {
            throw .settings("\(reference) is no URL of an incoming webhook")
        }
        var request = HTTPRequest("POST", url)
        request.body = Array(SlackMessage.payload(delivery).text().utf8)
        return try await send(request, channel)
    }

    private func send(_ request: HTTPRequest, _ channel: Channel) async throws(DeliveryFailure) -> String {
        var request = request
        request.headers += [("Content-Type", "application/json"), ("User-Agent", "pgsync/\(version)")]
        request.authorities = try authorities(channel)
        request.limits.body = 64 << 10
        let isEncrypted = request.url.hasPrefix("https://")
        let policy = try site.policy(isEncrypted: isEncrypted)
        let status: Int
        var retryAfter: String?
        do throws(TransferError) {
            let reply = try await HTTPClient(policy: policy).send(request)
            (status, retryAfter) = (reply.status, reply["Retry-After"])
        } catch {
            // Nobody reads the answer.
            guard case .bodyTooLarge(_, let answered) = error else {
                throw DeliveryFailure(error, isEncrypted: isEncrypted)
            }
            status = answered
        }
        if let failure = DeliveryFailure(status: status, retryAfter: retryAfter) { throw failure }
        return "status \(status)"
    }

    private func authorities(_ channel: Channel) throws(DeliveryFailure) -> [UInt8]? {
        guard let path = channel.settings["authorities"]?.string else { return nil }
        return try site.authorities(path)
    }

    // MARK: Mail

    private func mail(_ deliveries: [Delivery], _ channel: Channel) async throws(DeliveryFailure) -> String {
        let encryption = channel.settings["encryption"]?.string ?? MailRequest.Encryption.starttls.rawValue
        guard let encryption = MailRequest.Encryption(rawValue: encryption),
            let sender = channel.settings["from"]?.string,
            let port = UInt16(exactly: channel.number("port") ?? (encryption == .tls ? 465 : 587))
        else { throw .settings("the settings of the channel are incomplete") }
        let recipients = channel.list("to")
        let message = MailMessage(sender: sender, recipients: recipients, deliveries: deliveries)
        var mail = MailRequest(
            host: channel.settings["host"]?.string ?? "",
            port: port,
            from: sender,
            to: recipients,
            message: message.bytes(now: time(nil))
        )
        mail.encryption = encryption
        mail.authorities = try authorities(channel)
        if let user = channel.settings["user"]?.string, let reference = channel.secret {
            mail.login = .init(user: user, password: try site.secret(reference))
        }
        let policy = try site.policy(isEncrypted: encryption != .none)
        do throws(TransferError) {
            return try await HTTPClient(policy: policy).send(mail).text
        } catch {
            throw DeliveryFailure(error, isEncrypted: encryption != .none)
        }
    }

    // MARK: Programs

    /// The program gets event, severity and subject as its last arguments, and all of it as JSON to read.
    private func run(_ delivery: Delivery, _ channel: Channel) async throws(DeliveryFailure) -> String {
        let words = channel.list("command")
        guard let path = words.first else { throw .settings("the channel has no command") }
        var invocation = Invocation(
            try site.program(path),
            words.dropFirst() + [delivery.event, delivery.severity, delivery.subject]
        )
        invocation.environment = .exactly(site.environment(channel.list("environment")))
        invocation.workingDirectory = "/"
        invocation.standardInput = .text(delivery.payload.text() + "\n")
        invocation.standardOutput = .discarded
        invocation.standardError = .captured(limit: 4_096)
        // What it starts ends with it.
        invocation.grouping = .newSession
        invocation.terminationGrace = .seconds(2)
        let limit = Duration.seconds(channel.number("seconds") ?? 30)
        do {
            let output = try await ChildProcess.run(invocation, timeout: limit)
            guard output.status.isSuccess else {
                let words = output.standardError.text.split(separator: "\n").last.map { ": \($0)" } ?? ""
                throw DeliveryFailure(
                    .retry,
                    "delivery.failed",
                    "\(path) ended with \(output.status)\(words)"
                )
            }
            return "\(output.status)"
        } catch let failure as DeliveryFailure {
            throw failure
        } catch SubprocessError.timedOut {
            throw DeliveryFailure(.retry, "delivery.timeout", "\(path) ran longer than \(limit)")
        } catch {
            throw DeliveryFailure(.retry, "delivery.failed", "\(path) could not be run")
        }
    }
}
