import Arguments
import Glibc
import PGSyncDelivery
import Postgres

/// The command line of pgsync.
package enum PGSyncProgram {
    static let program = Program<GlobalOptions>(
        Signature(
            Version.program,
            "Keep a double-entry ledger in step with PostgreSQL tables.",
            discussion: DatabaseSource.explanation,
            examples: [
                .init("pgsync up --demo", "Start a private PostgreSQL with a demo clinic.")
            ]
        ),
        version: Version.number,
        exitCodes: ExitCode.table,
        variables: [
            ("PGSYNC_DATABASE_URL", "--database-url"), ("DATABASE_URL", "--database-url"),
            ("XDG_STATE_HOME", "where pgsync up keeps its directory, else ~/.local/state"),
            ("PGSYNC_CLUSTER_USER", "who runs the server of pgsync up when root starts it"),
            (
                "PGSYNC_SECRETS",
                "the directory of secrets that channels may name [default: \(DeliverySite.defaultSecrets)]"
            ),
            ("PGSYNC_COMMANDS", "the directory of programs that channels may run; none without"),
            ("PGSYNC_FILES", "the directory where what comparisons fetch is kept; none without"),
            ("PGSYNC_ADDRESSES", "addresses that channels may reach beside public ones, such as 10.1.2.0/24"),
            ("MASTER_URL", "where the master is that records are exchanged with"),
            ("MASTER_TOKEN", "the token that the master has given: pgsync node add"),
            ("SYNC_ENABLED", "false: exchange nothing [default: true]"),
            ("SYNC_INTERVAL", "minutes between two exchanges [default: 5]"),
            ("PGSYNC_PG_BINDIR", "the directory of the server's programs, for pgsync up"),
        ],
        commands: [
            .command(UpCommand.self),
            .command(MigrateCommand.self),
            .command(UninstallCommand.self),
            .command(DoctorCommand.self),
            .command(SelfTestCommand.self),
            .command(AttachCommand.self),
            .command(DetachCommand.self),
            .command(SourcesCommand.self),
            .command(BackfillCommand.self),
            .command(WorkerCommand.self),
            .command(ServeCommand.self),
            .group(
                "token",
                "Make, list and revoke tokens for the dashboard and the HTTP API.",
                [
                    .command(TokenCreateCommand.self), .command(TokenListCommand.self),
                    .command(TokenRevokeCommand.self),
                ]
            ),
            .command(StatusCommand.self),
            .command(TopCommand.self),
            .command(TraceCommand.self),
            .group(
                "queue",
                "Show waiting changes, or skip them.",
                [
                    .command(QueueListCommand<WaitingChanges>.self),
                    .command(QueueShowCommand<WaitingChanges>.self),
                    .command(SkipCommand<WaitingChanges>.self),
                ]
            ),
            .group(
                "dead",
                "Handle dead letters: changes that failed for good.",
                [
                    .command(QueueListCommand<DeadLetters>.self),
                    .command(QueueShowCommand<DeadLetters>.self),
                    .command(RetryCommand<DeadLetters>.self),
                    .command(SkipCommand<DeadLetters>.self),
                ]
            ),
            .command(RetryCommand<WaitingChanges>.self),
            .command(PauseCommand.self),
            .command(ResumeCommand.self),
            .command(VerifyCommand.self),
            .group(
                "differences",
                "Show what verifications found, and decide about it.",
                [
                    .command(DifferencesListCommand.self), .command(DifferencesShowCommand.self),
                    .command(DifferenceDecisionCommand<Acceptance>.self),
                    .command(DifferenceDecisionCommand<Investigation>.self),
                    .command(DifferenceDecisionCommand<Reopening>.self),
                    .command(DifferencesUndoCommand.self),
                ]
            ),
            .group(
                "jobs",
                "Show and cancel long operations, such as backfills.",
                [
                    .command(JobsListCommand.self), .command(JobsShowCommand.self),
                    .command(JobsWatchCommand.self), .command(JobsCancelCommand.self),
                ]
            ),
            .group(
                "schedule",
                "Show and change what runs when, such as retention.",
                [
                    .command(ScheduleListCommand.self), .command(ScheduleNextCommand.self),
                    .command(ScheduleHistoryCommand.self), .command(ScheduleSetCommand.self),
                    .command(ScheduleSwitchCommand<Enabling>.self),
                    .command(ScheduleSwitchCommand<Disabling>.self),
                    .command(ScheduleRunCommand.self), .command(ScheduleSwitchCommand<Removing>.self),
                ]
            ),
            .group(
                "channels",
                "Show, change and try the channels of alerts.",
                [
                    .command(ChannelsListCommand.self), .command(ChannelsSetCommand.self),
                    .command(ChannelsTestCommand.self), .command(ChannelsSwitchCommand<ChannelEnabling>.self),
                    .command(ChannelsSwitchCommand<ChannelDisabling>.self),
                    .command(ChannelsSwitchCommand<ChannelRemoving>.self),
                ]
            ),
            .group(
                "alerts",
                "Show and check what is wrong; acknowledge or silence it.",
                [
                    .command(AlertsListCommand.self), .command(AlertsCheckCommand.self),
                    .command(AlertsAckCommand.self), .command(AlertsSilenceCommand.self),
                    .command(AlertsWatchCommand.self), .command(AlertsHistoryCommand.self),
                ]
            ),
            .group(
                "import",
                "Fetch rows from HTTP APIs into tables.",
                [
                    .command(ImportCheckCommand.self), .command(ImportTestCommand.self),
                    .command(ImportApplyCommand.self), .command(ImportListCommand.self),
                    .command(ImportShowCommand.self), .command(ImportDiffCommand.self),
                    .command(ImportRunCommand.self), .command(ImportStatusCommand.self),
                    .command(ImportCancelCommand.self), .command(ImportRetryCommand.self),
                ]
            ),
            .group(
                "endpoint",
                "Show, try and pause the systems that pgsync calls.",
                [
                    .command(EndpointListCommand.self), .command(EndpointShowCommand.self),
                    .command(EndpointTestCommand.self), .command(EndpointSwitchCommand<EndpointPausing>.self),
                    .command(EndpointSwitchCommand<EndpointResuming>.self),
                ]
            ),
            .group(
                "compare",
                "Compare two data sets on a schedule, and mend what differs.",
                [
                    .command(CompareCheckCommand.self), .command(CompareDoctorCommand.self),
                    .command(CompareApplyCommand.self), .command(CompareListCommand.self),
                    .command(CompareShowCommand.self), .command(CompareDiffCommand.self),
                    .command(CompareRunCommand.self), .command(CompareHistoryCommand.self),
                    .command(CompareDifferencesCommand.self), .command(CompareUndoCommand.self),
                ]
            ),
            .group(
                "sync",
                "Exchange records with a master, both ways.",
                [
                    .command(SyncOnCommand.self), .command(SyncOffCommand.self),
                    .command(SyncTablesCommand.self), .command(SyncJoinCommand.self),
                    .command(SyncRunCommand.self), .command(SyncStatusCommand.self),
                    .command(SyncResetCommand.self), .command(SyncLeaveCommand.self),
                ]
            ),
            .group(
                "node",
                "Let other systems exchange records with this one.",
                [
                    .command(NodeAddCommand.self), .command(NodeListCommand.self),
                    .command(NodeProtectCommand.self), .command(NodeRotateCommand.self),
                    .command(NodeChangeCommand<NodeResync>.self),
                    .command(NodeChangeCommand<NodeRemoval>.self),
                ]
            ),
            .group(
                "conflicts",
                "Show and settle records that two systems changed at once.",
                [
                    .command(ConflictsListCommand.self), .command(ConflictsShowCommand.self),
                    .command(ConflictsResolveCommand.self), .command(ConflictsReplayCommand.self),
                ]
            ),
            .group(
                "image-keys",
                "Show and add the keys that images are encrypted for.",
                [.command(ImageKeysListCommand.self), .command(ImageKeysAddCommand.self)]
            ),
            .command(CleanupCommand.self),
            .command(DemoCommand.self),
            .group(
                "rules",
                "Check, test and apply posting rules.",
                [
                    .command(RulesCheckCommand.self), .command(RulesTestCommand.self),
                    .command(RulesApplyCommand.self), .command(RulesListCommand.self),
                    .command(RulesDiffCommand.self), .command(RulesShowCommand.self),
                    .command(RulesRetireCommand.self),
                ]
            ),
            .group(
                "config",
                "Show and change settings, or all that a configuration file says.",
                [
                    .command(ConfigListCommand.self), .command(ConfigGetCommand.self),
                    .command(ConfigSetCommand.self), .command(ConfigResetCommand.self),
                    .command(ConfigApplyCommand.self), .command(ConfigExportCommand.self),
                ]
            ),
            .group(
                "ledger",
                "Show and export the ledger, and import the chart of accounts.",
                [
                    .command(LedgerTrialBalanceCommand.self), .command(LedgerEntriesCommand.self),
                    .command(LedgerAccountsCommand.self), .command(LedgerStatementCommand.self),
                    .command(LedgerExportCommand.self), .command(LedgerImportChartCommand.self),
                    .command(LedgerCheckCommand.self),
                ]
            ),
            .group(
                "period",
                "Open and close accounting periods.",
                [
                    .command(PeriodListCommand.self), .command(PeriodOpenCommand.self),
                    .command(PeriodStartClosingCommand.self), .command(PeriodCloseCommand.self),
                    .command(PeriodReopenCommand.self),
                ]
            ),
            .group(
                "audit",
                "Verify, anchor and export the chain that proves the audit log.",
                [
                    .command(AuditStatusCommand.self), .command(AuditVerifyCommand.self),
                    .command(AuditAnchorCommand.self), .command(AuditExportCommand.self),
                ]
            ),
            .group(
                "bench",
                "Measure what pgsync costs and how fast it is.",
                [
                    .command(BenchCaptureCommand.self), .command(BenchPostingCommand.self),
                    .command(BenchTrialBalanceCommand.self), .command(BenchImportCommand.self),
                    .command(BenchSyncCommand.self),
                ]
            ),
            .command(NamesCommand.self),
            .command(CompletionsCommand.self),
        ],
        rare: [
            "uninstall", "selftest", "detach", "cleanup", "channels", "image-keys", "token", "period",
            "backfill", "top", "pause", "resume", "demo",
            "bench", "node", "conflicts", "endpoint", "differences",
            "names", "completions",
        ],
        describeParts: { $0.verbose ? ["libpq \(ClientLibrary.version)"] : [] },
        explain: ErrorExplanation.failure
    )

    /// A group and its command may be written as one word, `sync:run`, as some users know it.
    static func withoutColon(_ arguments: [String]) -> [String] {
        guard let first = arguments.first, let colon = first.firstIndex(of: ":"), !first.hasPrefix("-") else {
            return arguments
        }
        return [String(first[..<colon]), String(first[first.index(after: colon)...])] + arguments.dropFirst()
    }

    /// Runs the command line of this process and ends it.
    package static func main() async -> Never {
        exit(Int32(await program.main { withoutColon($0) }.code))
    }
}
