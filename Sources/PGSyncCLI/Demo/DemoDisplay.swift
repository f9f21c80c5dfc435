import Arguments
import JSON
import PGSyncDemo

/// What a demonstration says of itself: a line every few seconds to those who look, one a minute elsewhere.
struct DemoDisplay: Sendable {
    private let globals: GlobalOptions
    private let context: CommandContext

    init(_ globals: GlobalOptions, in context: CommandContext) {
        self.globals = globals
        self.context = context
    }

    var interval: Duration {
        globals.json || context.output.terminal.isInteractive ? .seconds(3) : .seconds(60)
    }

    func show(_ installation: DemoInstallation) throws {
        if globals.json {
            try line([
                "event": "installed",
                "accounts": JSONValue(installation.accounts), "periods": JSONValue(installation.periods),
                "rules": JSONValue(installation.rules),
            ])
        } else if !globals.quiet {
            try context.print(text(installation))
        }
    }

    private func text(_ installation: DemoInstallation) -> String {
        guard !installation.isUnchanged else { return "the clinic is here already" }
        return "installed the clinic: \(installation.accounts) accounts, \(installation.periods) periods, "
            + "\(installation.rules) rules"
    }

    func show(_ figures: DemoFigures, isLast: Bool) throws {
        if globals.json {
            try line([
                "event": isLast ? "ended" : "writing",
                "bills": JSONValue(figures.bills), "followers": JSONValue(figures.followers),
                "changes": JSONValue(figures.changes), "waiting": JSONValue(figures.waiting),
                "posted": JSONValue(figures.posted), "failed": JSONValue(figures.failed),
            ])
        } else if !globals.quiet {
            try context.print(
                "\(figures.bills) bills written, \(figures.changes) changed; \(figures.waiting) waiting, "
                    + "\(figures.posted) posted, \(figures.failed) failed"
            )
        }
    }

    /// One document a line, so that it can be read while it goes on.
    private func line(_ value: JSONValue) throws { try context.print(value.text()) }
}
