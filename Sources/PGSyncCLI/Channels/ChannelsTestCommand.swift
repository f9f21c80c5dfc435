import Arguments
import JSON
import PGSyncDelivery
import PGSyncStore
import Postgres

/// The command `pgsync channels test`.
struct ChannelsTestCommand: Command {
    var name = ""

    static let signature = Signature(
        "test",
        "Send a test message now, and show what the other side answered.",
        discussion: """
            It is sent from this machine with the secrets, programs and network of this machine; a worker elsewhere may \
            have others. A disabled channel can be tested, too. Nothing is queued.
            """,
        examples: [.init("pgsync channels test oncall", "Does it arrive?")],
        exitCodes: [.noTable, .notDelivered]
    )
    static let parameters: [Parameter<Self>] = [.channel(\.name)]

    func run(_ globals: GlobalOptions, in context: CommandContext) async throws -> ExitCode {
        let database = try Database(globals, in: context, program: "pgsync channels")
        let channel = try await database.read { [name] in try ChannelStore($0).channel(name) }
        let delivery = Delivery(
            alert: 0,
            event: "test",
            severity: "low",
            subject: "Test of the channel \(name)",
            body: JSONObject([
                ("kind", "TEST"), ("words", "pgsync channels test sent this; nothing is wrong."),
            ]),
            messageID: "msg_test_\(UInt64.random(in: 0 ... .max))",
            thread: "test_\(UInt64.random(in: 0 ... .max))",
            createdAt: try await database.read {
                try $0.query("select clock_timestamp()").onlyRow().decode(0)
            }
        )
        let start = ContinuousClock.now
        var answer: String?
        var failure: DeliveryFailure?
        if channel.kind == .notify {
            try await database.change { try ChannelStore($0).notify(delivery.notification) }
            answer = "listeners of \(ChannelStore.notification) were notified"
        } else {
            do throws(DeliveryFailure) {
                answer = try await ChannelSender(
                    .current(credentials: database.credentialFiles(in: context.environment)),
                    version: Version.number
                ).send([delivery], through: channel)
            } catch {
                failure = error
            }
        }
        if globals.json {
            try context.print([
                "channel": .string(name), "delivered": .bool(failure == nil),
                "answer": answer.map(JSONValue.string) ?? .null,
                "error_class": failure.map { .string($0.errorClass) } ?? .null,
                "error_message": failure.map { .string($0.message) } ?? .null,
                "seconds": (ContinuousClock.now - start).seconds,
            ])
        } else if let failure {
            context.say("\(name): not delivered: \(failure.message) (\(failure.errorClass))")
        } else if !globals.quiet {
            try context.print("\(name): delivered: \(answer ?? "")")
        }
        return failure == nil ? .success : .notDelivered
    }
}
