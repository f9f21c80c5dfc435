import Arguments
import Testing

@testable import PGSyncCLI

@Suite("Channels in a configuration", .timeLimit(.minutes(10)))
struct ConfigChannelTests {
    private static let text = """
        channels
          hear  notify
          hook  webhook  url 'https://hooks.example/a-b'  secret 'env:PGSYNC_SECRET_HOOK'  min_severity high
          post  mail  to 'a@example.com', 'b@example.com'  from 'c@example.com'  host mail.example  port 25  disabled
          tell  command  command /opt/tell, '--to=x y', ''  seconds 5
        """

    @Test("are planned, applied once, changed, exported, and applied to another database")
    func roundTrip() async throws {
        try await ConfigurationBook.with { book in
            try book.write(Self.text, to: "own.conf")
            let plan = await book.database.run("config", "apply", book.path("own.conf"), "--dry-run")
            for line in [
                "+ channel hear: notify listen pgsync_alerts\n",
                "+ channel hook: webhook https://hooks.example/a-b\n",
                "+ channel post: mail a@example.com, b@example.com\n",
                "+ channel tell: command /opt/tell --to=x y",
            ] {
                #expect(plan.output.contains(line), "\(plan.output) \(plan.errors)")
            }
            #expect(try await book.database.query("select count(*)::text from pgsync.channels") == ["0"])
            let done = await book.database.run("config", "apply", book.path("own.conf"))
            #expect(done.exitCode == .success, "\(done.errors)")
            #expect(
                try await book.database.query(
                    "select concat_ws(' ', name, enabled, settings -> 'to', secret) from pgsync.channels order by name"
                ) == [
                    "hear t", "hook t env:PGSYNC_SECRET_HOOK", #"post f ["a@example.com", "b@example.com"]"#,
                    "tell t",
                ]
            )
            let again = await book.database.run("config", "apply", book.path("own.conf"))
            #expect(again.output.contains("all is as the file says"), "\(again.output)")
            let exported = await book.database.run("config", "export").output
            let start = try #require(exported.firstRange(of: "channels\n"))
            try book.write(String(exported[start.lowerBound...]), to: "exported.conf")
            let same = await book.database.run("config", "apply", book.path("exported.conf"))
            #expect(
                same.output.contains("all is as the file says"),
                "\(exported) \(same.output) \(same.errors)"
            )
            _ = try await book.database.query("delete from pgsync.channels")
            _ = await book.database.run("config", "apply", book.path("exported.conf"))
            #expect(await book.database.run("config", "export").output == exported)

            try book.write(
                "channels\n  hook webhook url 'https://hooks.example/new' secret 'env:PGSYNC_SECRET_HOOK' disabled\n",
                to: "own.conf"
            )
            let changed = await book.database.run("config", "apply", book.path("own.conf"))
            #expect(
                changed.output.contains(
                    "~ channel hook: enabled yes -> no; min_severity high -> low; "
                        + "url https://hooks.example/a-b -> https://hooks.example/new\n"
                ),
                "\(changed.output)"
            )
            #expect(changed.output.contains("? channel post is not in the file, kept as it is\n"))
        }
    }

    @Test("are refused at their place, with what is wrong with them, and no secret is kept")
    func refused() async throws {
        try await ConfigurationBook.with { book in
            try book.write(
                """
                channels
                  one  webhook  url 'https://hooks.example/'
                  two  slack  secret 'https://hooks.example/hush'
                  six  mail  host a, b
                  ten  notify  url 'https://hooks.example/'

                """,
                to: "own.conf"
            )
            let run = await book.database.run("config", "apply", book.path("own.conf"))
            #expect(run.exitCode == .configuration, "\(run.errors)")
            for problem in [
                "own.conf:2:8: error: a webhook needs a secret to sign with",
                "own.conf:3:8: error: a secret is not kept here",
                "own.conf:4:22: error: a channel has one 'host'",
                "own.conf:5:8: error: a channel of kind notify has no setting 'url'",
            ] {
                #expect(run.errors.contains(problem), "\(run.errors)")
            }
            #expect(try await book.database.query("select count(*)::text from pgsync.channels") == ["0"])
            try book.write("channels\n  one notify\n  one notify\n  two notify colour red\n", to: "own.conf")
            let wrong = await book.database.run("config", "apply", book.path("own.conf"))
            #expect(
                wrong.errors.contains("own.conf:3:3: error: the channel one is listed twice"),
                "\(wrong.errors)"
            )
            #expect(wrong.errors.contains("own.conf:4:14: error:"), "\(wrong.errors)")
        }
    }
}
