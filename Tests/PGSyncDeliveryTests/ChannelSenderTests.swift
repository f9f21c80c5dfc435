// Long because each kind of channel is tried here with the same beginning.
import Glibc
import JSON
import PGSyncStore
import Postgres
import TestSupport
import Testing

@testable import PGSyncDelivery

@Suite("Sending through a channel", .migrated, .timeLimit(.minutes(5)))
struct ChannelSenderTests {
    private let database = TestDatabase.current

    private static let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    private static let other = "whsec_AAAQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

    /// A channel as the database has it, with a place to send to on this machine.
    private func channel(
        _ kind: Channel.Kind,
        _ settings: JSONValue = [:],
        secret: String? = nil,
        previous: String? = nil
    ) async throws -> Channel {
        try await database.session { session in
            var change = ChannelStore.Change()
            change.kind = kind.rawValue
            change.settings = JSONText(settings.text())
            change.secret = secret
            change.previousSecret = previous
            try ChannelStore(session).set("one", change)
            return try ChannelStore(session).channel("one")
        }
    }

    private func delivery(
        _ subject: String = "bills: 412 of 9,871 fail",
        alert: Int64 = 7,
        event: String = "raised",
        body: [(String, JSONValue)] = [
            ("kind", "SYNC_FAILURES"), ("table", "public.bills"), ("words", "amount is null"),
        ]
    ) -> Delivery {
        Delivery(
            alert: alert,
            event: event,
            severity: "high",
            subject: subject,
            body: JSONObject(body),
            messageID: "msg_\(alert)\(event)",
            thread: "thread\(alert)",
            createdAt: Timestamp(microsecondsSinceEpoch: 1_772_323_200_000_000)
        )
    }

    private func sender(
        _ variables: [String: String] = [:],
        commands: String? = nil,
        addresses: String = "127.0.0.0/8, ::1"
    ) -> ChannelSender {
        ChannelSender(
            DeliverySite(
                variables: variables,
                secrets: ScratchSpace.directory,
                commands: commands,
                addresses: addresses
            ),
            version: "1.0"
        )
    }

    private func failure(_ body: () async throws -> String) async -> DeliveryFailure? {
        do {
            _ = try await body()
            return nil
        } catch {
            return error as? DeliveryFailure
        }
    }

    private func webhook(_ port: UInt16, scheme: String = "http", more: [(String, JSONValue)] = [])
        -> JSONValue
    {
        .object(
            JSONObject(
                [("url", .string("\(scheme)://127.0.0.1:\(port)/hook"))] + more
            )
        )
    }

    // MARK: Webhooks

    @Test(
        "signs webhooks so that the package standardwebhooks verifies them, also while secrets are exchanged",
        .enabled(if: Receiver.isInstalled)
    )
    func signature() async throws {
        try await Receiver.run(.webhook, secret: Self.secret) { receiver in
            let settings = webhook(
                receiver.port,
                scheme: "https",
                more: [("authorities", .string(receiver.certificate))]
            )
            let variables = ["PGSYNC_SECRET_NEW": Self.other, "PGSYNC_SECRET_OLD": Self.secret]
            for (secret, previous) in [("OLD", nil), ("NEW", "OLD"), ("OLD", "NEW")] {
                let channel = try await channel(
                    .webhook,
                    settings,
                    secret: "env:PGSYNC_SECRET_\(secret)",
                    previous: previous.map { "env:PGSYNC_SECRET_\($0)" } ?? ""
                )
                #expect(try await sender(variables).send([delivery()], through: channel) == "status 204")
            }
            let wrong = try await channel(.webhook, settings, secret: "env:PGSYNC_SECRET_NEW", previous: "")
            #expect(
                await failure { try await sender(variables).send([delivery()], through: wrong) }?.errorClass
                    == "delivery.unauthorized"
            )
            try await eventually { receiver.received.count == 4 }
            let seen = try receiver.received.map { try JSONValue(parsing: $0) }
            #expect(seen.map { $0["verified"]?.bool } == [true, true, true, false])
            #expect(Set(seen.compactMap { $0["id"]?.string }) == ["msg_7raised"])
            let text = try JSONValue(parsing: seen[0]["text"]?.string ?? "")
            #expect(text["type"] == "alert.raised" && text["data"]?["subject"] == "bills: 412 of 9,871 fail")
            #expect(text["data"]?["table"] == "public.bills" && text["data"]?["alert"] == 7)
        }
    }

    @Test(
        "knows what each status means",
        arguments: [
            (200, nil), (202, nil), (204, nil), (302, "retry delivery.redirected"),
            (400, "refused delivery.refused"),
            (401, "retry delivery.unauthorized"), (404, "retry delivery.unauthorized"),
            (408, "retry delivery.unavailable"), (410, "gone delivery.gone"),
            (413, "refused delivery.refused"),
            (429, "retry delivery.throttled"), (500, "retry delivery.unavailable"),
            (503, "retry delivery.unavailable"),
        ]
    )
    func statuses(status: Int, meaning: String?) async throws {
        try await ScriptedServer.run { _ in
            ScriptedServer.reply(status, headers: "Retry-After: 120\r\nLocation: /elsewhere\r\n", body: "no")
        } _: { server in
            let channel = try await channel(.webhook, webhook(server.port), secret: "env:PGSYNC_SECRET_A")
            let failure = await failure {
                try await sender(["PGSYNC_SECRET_A": Self.secret]).send([delivery()], through: channel)
            }
            #expect(failure.map { "\($0.outcome) \($0.errorClass)" } == meaning)
            if status == 429 || status == 503 { #expect(failure?.retryAfter == .seconds(120)) }
            #expect(server.requests.count == 1)
        }
    }

    @Test("connects to a private address only if the worker may")
    func addresses() async throws {
        try await ScriptedServer.run { _ in
            ScriptedServer.reply(200)
        } _: { server in
            let channel = try await channel(.webhook, webhook(server.port), secret: "env:PGSYNC_SECRET_A")
            for (allowed, errorClass) in [
                ("", "delivery.address"), ("10.0.0.0/8 ::1", "delivery.address"),
                ("10.0.0.0/8,local", "delivery.settings"), ("10.0.0.0/8,\n127.0.0.0/8", nil),
            ] {
                let failure = await failure {
                    try await sender(["PGSYNC_SECRET_A": Self.secret], addresses: allowed).send(
                        [delivery()],
                        through: channel
                    )
                }
                #expect(failure?.errorClass == errorClass, "\(failure?.message ?? "")")
            }
            #expect(server.requests.count == 1)
        }
    }

    // An address of the internet that nobody has, so that only a refusal comes before the attempt to connect.
    @Test("sends nothing without encryption beyond the addresses that the worker may reach")
    func unencrypted() async throws {
        let mail: JSONValue = [
            "host": "[2a00::1]", "from": "a@b.example", "to": ["c@d.example"], "encryption": "none",
        ]
        let channels = [
            try await channel(.webhook, ["url": "http://[2a00::1]/"], secret: "env:PGSYNC_SECRET_A"),
            try await channel(.slack, secret: "env:PGSYNC_SECRET_URL"),
            try await channel(.mail, mail, secret: ""),
        ]
        for channel in channels {
            let failure = await failure {
                try await sender(["PGSYNC_SECRET_A": Self.secret, "PGSYNC_SECRET_URL": "http://[2a00::1]/"])
                    .send([delivery()], through: channel)
            }
            #expect(
                failure?.message
                    == "nothing is sent without encryption to 2a00::1, which PGSYNC_ADDRESSES does not name"
            )
        }
    }

    // MARK: Secrets

    @Test(
        "reads secrets from variables that are meant for it and files of one directory, and from nowhere else"
    )
    func secrets() async throws {
        let directory = "\(ScratchSpace.directory)/secrets-\(UInt64.random(in: 0 ... .max))"
        unsafe mkdir(directory, 0o700)
        for (path, text) in [("\(directory)/key", Self.secret + "\n"), ("\(directory).outside", Self.secret)]
        {
            let file = unsafe fopen(path, "w")
            unsafe fputs(text, file)
            unsafe fclose(file)
        }
        unsafe symlink("\(directory).outside", "\(directory)/link")
        for name in ["pgpass", "url"] {
            let file = unsafe fopen("\(directory)/\(name)", "w")
            unsafe fputs("hush", file)
            unsafe fclose(file)
        }
        unsafe symlink("\(directory)/pgpass", "\(directory).pgpass")
        unsafe link("\(directory)/url", "\(directory)/other")
        unsafe symlink("pgpass", "\(directory)/symbolic")
        let site = DeliverySite(
            variables: ["PGSYNC_SECRET_A": "x", "PGPASSWORD": "hush", "PGSYNC_SECRET_EMPTY": ""],
            secrets: directory,
            credentials: ["\(directory).pgpass", "\(directory)/url", "/nonexistent"]
        )
        #expect(try site.secret("env:PGSYNC_SECRET_A") == "x")
        #expect(try site.secret("file:\(directory)/key") == Self.secret)
        for reference in [
            "env:PGPASSWORD", "env:PGSYNC_SECRET_B", "env:PGSYNC_SECRET_EMPTY", "file:\(directory).outside",
            "file:\(directory)/link",
            "file:\(directory)/../\(directory.split(separator: "/").last ?? "").outside",
            "file:\(directory)/missing", "file:\(directory)", "file:/etc/passwd", "x",
            "file:\(directory)/pgpass", "file:\(directory)/symbolic", "file:\(directory)/url",
            "file:\(directory)/other",
        ] {
            #expect(throws: DeliveryFailure.self, "\(reference)") { try site.secret(reference) }
        }
    }

    @Test("looks for secrets where the password of the database is not, unless told otherwise")
    func defaultDirectory() {
        #expect(
            throws: DeliveryFailure.settings(
                "/run/secrets/worker/pgpass is not there, or not in /run/secrets/channels; PGSYNC_SECRETS names the directory"
            )
        ) { try DeliverySite(variables: [:]).secret("file:/run/secrets/worker/pgpass") }
    }

    @Test("reads authorities from regular files of the directory of secrets, of bounded size")
    func authorities() async throws {
        let directory = "\(ScratchSpace.directory)/authorities-\(UInt64.random(in: 0 ... .max))"
        unsafe mkdir(directory, 0o700)
        for (name, count) in [("good", 1 << 20), ("large", 1 << 20 + 1)] {
            let file = unsafe fopen("\(directory)/\(name)", "w")
            unsafe fputs(String(repeating: "x", count: count), file)
            unsafe fclose(file)
        }
        unsafe mkfifo("\(directory)/pipe", 0o600)
        unsafe symlink("/dev/zero", "\(directory)/endless")
        let site = DeliverySite(variables: [:], secrets: directory)
        #expect(try site.authorities("\(directory)/good").count == 1 << 20)
        for name in ["large", "pipe", "endless", "missing", ""] {
            #expect(throws: DeliveryFailure.self, "\(name)") { try site.authorities("\(directory)/\(name)") }
        }
        // What waits for a pipe does not get this far.
        for path in ["/etc/ssl/certs/ca-certificates.crt", "\(directory)/pipe"] {
            let channel = try await channel(
                .webhook,
                webhook(1, scheme: "https", more: [("authorities", .string(path))]),
                secret: "env:PGSYNC_SECRET_A"
            )
            let failure = await failure {
                try await sender(["PGSYNC_SECRET_A": Self.secret]).send([delivery()], through: channel)
            }
            #expect(failure?.errorClass == "delivery.settings")
        }
    }

    // MARK: Slack

    @Test("escapes what Slack would read, keeps within its limit, and never shows the URL")
    func slack() async throws {
        try await ScriptedServer.run { request in
            ScriptedServer.reply(request.path.contains("hush") ? 200 : 500)
        } _: { server in
            let channel = try await channel(.slack, secret: "env:PGSYNC_SECRET_S")
            let hostile = delivery(
                "<!channel> & <http://evil|click>",
                body: [("words", .string(String(repeating: "<&😀", count: 2_000)))]
            )
            let url = "http://127.0.0.1:\(server.port)/hush"
            _ = try await sender(["PGSYNC_SECRET_S": url]).send([hostile], through: channel)
            let payload = try JSONValue(parsing: server.requests[0].body)
            let text = try #require(payload["blocks"]?[0]?["text"]?["text"]?.string)
            #expect(text.hasPrefix("*&lt;!channel&gt; &amp; &lt;http://evil|click&gt;* (high)\n"))
            #expect(text.utf16.count <= 3_000 && text.utf16.count > 2_900)
            #expect(!text.contains("<"))
            #expect(text.matches(of: /&(?!amp;|lt;|gt;)/).isEmpty)
            for wrong in [
                "http://127.0.0.1:1/hush", "not hush", "http://127.0.0.1:\(server.port)/h%00ush\u{7}",
            ] {
                let failure = await failure {
                    try await sender(["PGSYNC_SECRET_S": wrong]).send([hostile], through: channel)
                }
                #expect(failure.map { !$0.message.contains("hush") } == true, "\(failure?.message ?? "")")
            }
        }
    }

    // MARK: Mail

    @Test(
        "sends one mail for what goes together, in threads, whatever the texts say",
        .enabled(if: Receiver.isInstalled)
    )
    func mail() async throws {
        try await Receiver.run(.mail, secret: "hush") { receiver in
            let channel = try await channel(
                .mail,
                [
                    "host": "localhost", "port": JSONValue(receiver.port), "user": "pgsync",
                    "from": "pgsync@books.example",
                    "to": ["a@example.com", "b@example.com"],
                    "authorities": .string(receiver.certificate),
                ],
                secret: "env:PGSYNC_SECRET_MAIL"
            )
            let long = String(repeating: "क्लिनिक ", count: 20)
            let sender = sender(["PGSYNC_SECRET_MAIL": "hush"])
            let lines: [(String, JSONValue)] = [("words", "one\ntwo"), ("remedy", "pgsync dead list")]
            _ = try await sender.send([delivery(body: lines)], through: channel)
            _ = try await sender.send(
                [
                    delivery(
                        "\(long)\r\nBcc: evil@example.com",
                        event: "resolved",
                        body: [("words", ".\r\n.\r\nQUIT")]
                    ),
                    delivery("other", alert: 8),
                ],
                through: channel
            )
            try await eventually { receiver.received.count == 2 }
            let mails = try receiver.received.map { try JSONValue(parsing: $0) }
            func header(_ mail: Int, _ name: String) -> [String] {
                (mails[mail]["headers"]?.array ?? []).filter { $0[0]?.string == name }.compactMap {
                    $0[1]?.string
                }
            }
            #expect(header(0, "Subject") == ["[high] bills: 412 of 9,871 fail"])
            #expect(header(0, "Auto-Submitted") == ["auto-generated"])
            #expect(header(0, "Message-ID") == ["<msg_7raised@books.example>"])
            #expect(header(0, "References") == ["<thread7@books.example>"])
            #expect(header(0, "To") == ["a@example.com, b@example.com"])
            #expect(header(1, "References") == ["<thread7@books.example> <thread8@books.example>"])
            #expect(header(1, "In-Reply-To") == ["<thread7@books.example>"])
            #expect(header(1, "Bcc") == [])
            let subject = try #require(header(1, "Subject").first)
            #expect(subject.hasPrefix("Resolved: क्लिनिक क्लिनिक") && subject.hasSuffix("(and 1 more)"))
            #expect(mails[1]["text"]?.string?.contains("QUIT") == true)
            let text = mails[0]["text"]?.string ?? ""
            #expect(
                text.split(whereSeparator: \.isNewline).suffix(3) == [
                    "one", "two", "remedy: pgsync dead list",
                ]
            )
            #expect(
                mails[1]["defects"] == [] && mails[1]["recipients"] == ["a@example.com", "b@example.com"]
            )
            #expect(mails[0]["raw"]?.string?.contains("hush") == false)
        }
    }

    @Test("dates mail in English and UTC")
    func date() {
        #expect(MailMessage.date(1_772_323_205) == "Sun, 1 Mar 2026 00:00:05 +0000")
    }

    // MARK: Programs

    @Test("runs a program without a shell: hostile text stays text, and it gets what is allowed and no more")
    func command() async throws {
        let directory = "\(ScratchSpace.directory)/programs-\(UInt64.random(in: 0 ... .max))"
        unsafe mkdir(directory, 0o755)
        let program = "\(directory)/tell"
        let output = "\(directory)/output"
        let script = """
            #!/bin/sh
            { printf '%s\\n' "$#" "$@"; env; ls -l /proc/self/fd | grep -c ' -> '; cat; } > \(output)
            case "$4" in *fail*) echo 'it cannot' >&2; exit 3;; esac
            """
        let file = unsafe fopen(program, "w")
        unsafe fputs(script, file)
        unsafe fclose(file)
        unsafe chmod(program, 0o755)
        let hostile = "$(touch \(directory)/x); `id` | \"'\\ && *"
        let channel = try await channel(
            .command,
            [
                "command": [.string(program), "--to=$HOME"],
                "environment": ["PATH", "LANG", "PGPASSWORD", "PGSYNC_SECRET_A"],
            ]
        )
        let variables = [
            "PATH": "/usr/bin:/bin", "LANG": "C", "HOME": "/root", "PGPASSWORD": "hush",
            "PGSYNC_SECRET_A": "hush",
        ]
        let runner = sender(variables, commands: directory)
        #expect(try await runner.send([delivery(hostile)], through: channel).isEmpty == false)
        let text = try String(decoding: contents(of: output), as: UTF8.self)
        let lines = text.split(separator: "\n").map(String.init)
        #expect(Array(lines.prefix(5)) == ["4", "--to=$HOME", "raised", "high", hostile])
        let hasTouched = unsafe access("\(directory)/x", F_OK) == 0
        #expect(!hasTouched)
        #expect(!text.contains("hush") && !text.contains("HOME=") && text.contains("LANG=C"))
        // Standard input, output and error, and the directory that ls reads.
        #expect(lines.contains("4"))
        #expect(try JSONValue(parsing: lines.last ?? "")["data"]?["subject"]?.string == hostile)
        let failed = await failure { try await runner.send([delivery("fail")], through: channel) }
        #expect(
            failed?.outcome == .retry && failed?.message.hasSuffix(": it cannot") == true,
            "\(failed?.message ?? "")"
        )
        for site in [sender(variables), sender(variables, commands: "/usr/lib")] {
            #expect(
                await failure { try await site.send([delivery()], through: channel) }?.errorClass
                    == "delivery.settings"
            )
        }
    }

    @Test("ends a program, with what it has started, at its time limit")
    func commandTimeLimit() async throws {
        let list = "\(ScratchSpace.directory)/processes-\(UInt64.random(in: 0 ... .max))"
        // The second sleep is a grandchild.
        let script =
            "exec > \(list); trap '' TERM; echo $$; sleep 1000 & echo $!; sh -c 'sleep 1000 & echo $! $$; wait' & wait"
        let channel = try await channel(
            .command,
            ["command": ["/bin/sh", "-c", .string(script)], "seconds": 1]
        )
        let failure = await failure { try await sender(commands: "/").send([delivery()], through: channel) }
        #expect(failure?.errorClass == "delivery.timeout")
        let processes = String(decoding: try contents(of: list), as: UTF8.self).split(
            whereSeparator: \.isWhitespace
        )
        #expect(processes.count == 4)
        try await eventually { processes.allSatisfy { !isRunning($0) } }
    }

    /// Whether a process does anything, and does not only wait for its parent to learn of its end.
    private func isRunning(_ process: Substring) -> Bool {
        guard let status = try? contents(of: "/proc/\(process)/stat") else { return false }
        let state = String(decoding: status, as: UTF8.self).split(separator: ") ").last?.first
        return state != nil && state != "Z"
    }

    private struct Unreadable: Error {}

    private func contents(of path: String) throws -> [UInt8] {
        let file = unsafe open(path, O_RDONLY)
        guard file >= 0 else { throw Unreadable() }
        defer { close(file) }
        var bytes = [UInt8](repeating: 0, count: 65_536)
        let count = unsafe read(file, &bytes, bytes.count)
        return Array(bytes.prefix(max(count, 0)))
    }
}
