import Arguments
import JSON
import PGSyncStore

/// The command `pgsync jobs show`.
struct JobsShowCommand: Command {
    var id: Int64 = 0

    static let signature = Signature(
        "show",
        "Show a job, its progress, and the items that failed.",
        examples: [.init("pgsync jobs show 7", "Show job 7.")],
        exitCodes: [.noSuchChange]
    )

    static let parameters: [Parameter<Self>] = [
        .argument(
            "ID",
            \.id,
            limits: .atLeast(1),
            namesCommand: NameKind.jobs.command,
            help: "The number of the job."
        )
    ]

    /// How many failed items are shown.
    private static let limit = 100

    func run(_ globals: GlobalOptions, in context: CommandContext) async throws -> ExitCode {
        let database = try Database(globals, in: context, program: "pgsync jobs")
        let (job, items) = try await database.read { [id] session in
            let store = JobStore(session)
            return (try store.job(id), try store.failedItems(of: id, limit: Self.limit))
        }
        guard !globals.json else {
            var object = job.json.object ?? JSONObject([])
            object["failed_items"] = .array(items.map(\.json))
            try context.print(.object(object))
            return .success
        }
        try context.output.write(job.text)
        guard !items.isEmpty else { return .success }
        try context.output.write("\n" + Self.text(items, width: context.output.terminal.tableWidth))
        if job.failedItems > items.count, !globals.quiet {
            context.say("showing the newest \(items.count) of \(job.failedItems.grouped) failed items")
        }
        return .success
    }

    private static func text(_ items: [FailedItem], width: Int?) -> String {
        var table = TextTable([
            .init("item"), .init("state"), .init("tried", .right), .init("next", isOptional: true),
            .init("class"), .init("message", overflow: .wrap),
        ])
        for item in items {
            let next = item.nextAttemptAt?.toTheSecond ?? "needs a person"
            table.add([
                item.item, item.state, "\(item.attempts) of \(item.maxAttempts)", next, item.errorClass,
                [item.errorColumn, item.errorMessage].compactMap(\.self).joined(separator: ": "),
            ])
        }
        return table.text(width: width)
    }
}

extension Job {
    /// All that is known of it, one thing a line.
    fileprivate var text: String {
        var table = TextTable([.init("job"), .init("\(id)")])
        let rows: [(String, String?)] = [
            ("kind", [kind, type].compactMap(\.self).joined(separator: ", ")),
            ("subject", subject),
            ("state", stateText),
            ("phase", phase),
            ("progress", done == nil ? nil : progressText),
            ("message", message),
            ("failed items", failedItems == 0 ? nil : failedItems.grouped),
            ("counts", countsText),
            ("requested", "\(requestedAt.toTheSecond), by \(requestedBy)\(trigger.map { " (\($0))" } ?? "")"),
            ("started", startedAt?.toTheSecond),
            ("resumed", isResumed ? "run by \(attempts) sessions" : nil),
            ("last report", state.hasEnded ? nil : heartbeatAt?.toTheSecond),
            ("finished", finishedAt?.toTheSecond),
            ("took", duration?.roughly),
            ("error", errorText),
            ("correlation", correlationID),
            ("cancelled", cancelText),
        ]
        for (name, value) in rows { if let value { table.add([name, value]) } }
        return table.text()
    }

    private var stateText: String {
        switch state {
        case .interrupted: "interrupted: \(remedy)"
        case .running where cancelRequestedAt != nil, .waiting where cancelRequestedAt != nil:
            "\(state.rawValue), asked to end"
        default: state.rawValue
        }
    }

    private var errorText: String? {
        errorMessage.map { message in errorClass.map { "\(message) (\($0))" } ?? message }
    }

    private var cancelText: String? {
        cancelRequestedAt.map { "asked for \($0.toTheSecond), by \(cancelRequestedBy ?? "")" }
    }

    private var countsText: String? {
        guard let object = counts.object else { return nil }
        let parts = object.map { "\($0.0) \($0.1.text())" }
        return parts.isEmpty ? nil : parts.joined(separator: ", ")
    }
}
