import Arguments
import HTTPServer
import PGSyncCluster
import PGSyncDemo
import PGSyncLedger
import PGSyncOperations
import PGSyncRules
import PGSyncSchema
import PGSyncSelfTest
import PGSyncStore
import Postgres

/// The one place where errors become words, with what to do, and exit codes.
enum ErrorExplanation {
    @Sendable
    static func failure(for error: any Error) -> Program<GlobalOptions>.Failure {
        Program.Failure(message(for: error), exitCode(for: error))
    }

    static func exitCode(for error: any Error) -> ExitCode {
        switch error {
        case CommandError.cannotConnect(let error, _): exitCode(for: error)
        case CommandError.interrupted(let signal): .stopped(by: signal)
        case CommandError.unreadableURLFile, CommandError.unreadableRules: .usage
        case CommandError.serverDied: .serverDied

        case SchemaError.schemaTooNew: .schemaTooNew
        case SchemaError.checksumChanged, SchemaError.historyDiffers: .schemaChanged
        case CommandError.notInstalled, SchemaError.schemaTooOld: .schemaMissing
        case SchemaError.databaseIsReadOnly, SchemaError.serverTooOld, SchemaError.notUTF8: .unsuitableServer
        case SchemaError.lockTimeout: .lockTimeout
        case SchemaError.notOwner, SchemaError.notReadable, SchemaError.mayNotCreateSchemas,
            SchemaError.schemaNameTaken, SchemaError.notRestored, SchemaError.ownedByStranger:
            .notPermitted

        case StoreError.unknown(.setting, _, _), StoreError.invalidValue: .configuration
        case StoreError.noMaster, StoreError.severalMasters: .noTable
        case StoreError.unknown, StoreError.unknownVersion, StoreError.unreadableName: .noTable
        case StoreError.noSuchChange, StoreError.droppedChange, StoreError.noSuchJob, StoreError.jobHasEnded,
            StoreError.noSuchDifference, StoreError.noSuchAlert, StoreError.noSuchSilence,
            StoreError.noSuchToken, StoreError.noSuchConflict,
            StoreError.scheduleIsActive:
            .noSuchChange
        case StoreError.notPermitted, StoreError.notOwner, StoreError.mayNotTry, CommandError.mayNotServe:
            .notPermitted
        case StoreError.refused, StoreError.notAttached, StoreError.noBackfill: .refused
        case StoreError.wrongKey: .usage
        case StoreError.backfillIsRunning: .lockTimeout
        case StoreError.needsPolling, StoreError.keyWouldLeak: .unsuitableServer
        case StoreError.needsPrivateKey, StoreError.encrypted: .keyMissing

        case LedgerError.unknownAccount, LedgerError.unknownPeriod: .notInTheBooks
        case LedgerError.refused, LedgerError.periodExists, LedgerError.periodOverlaps, LedgerError.periodIs:
            .ledgerRefused
        case LedgerError.notPermitted: .notPermitted
        case LedgerError.wrongChart, CommandError.unreadableFile: .wrongFile
        case CommandError.cannotWrite: .cannotWrite
        case is ListenError: .cannotListen
        case AnchorError.cannotWrite: .cannotWrite
        case AnchorError.cannotRead: .wrongFile
        case DemoError.mayNotCreate, SelfTestError.mayNotCreateDatabases: .notPermitted
        case SelfTestError.rolesMissing, SelfTestError.grantsMissing: .schemaMissing
        case is RuleProblem: .wrongRules

        case CommandError.alreadyRunning, ClusterError.inUse: .clusterInUse
        case CommandError.notRunning, is ClusterError: .clusterUnavailable

        case let error as PostgresError where error.kind == .invalidOptions: .usage
        case let error as PostgresError where error.isConnectionLost: .cannotConnect
        case let error as PostgresError where error.sqlState == .lockNotAvailable: .lockTimeout
        case let error as PostgresError where error.sqlState == .insufficientPrivilege: .notPermitted
        default: .problemsFound
        }
    }

    static func message(for error: any Error) -> String {
        switch error {
        case let error as SchemaError: error.debugDescription
        case let error as PostgresError: error.explanation
        case let error as ListenError: error.explanation
        case StoreError.unknown(let subject, let name, let known):
            unknown(subject.rawValue, name, known) ?? "\(error)"
        case LedgerError.unknownAccount(let code, let known): unknown("account", code, known) ?? "\(error)"
        case LedgerError.unknownPeriod(let name, let known): unknown("period", name, known) ?? "\(error)"
        default: "\(error)"
        }
    }

    /// With the name that may have been meant; nil when none is near.
    private static func unknown(_ subject: String, _ name: String, _ known: [String]) -> String? {
        Suggestion.nearest(to: name, among: known).map {
            "unknown \(subject) \(name); did you mean '\($0)'?"
        }
    }
}

extension ListenError {
    /// With what to do about it.
    var explanation: String {
        let options = "with --listen or --metrics-listen"
        let remedy =
            switch self {
            case .inUse(let address):
                "End it (ss -ltnp 'sport = :\(address.port)' names it), or choose another port, \(options)"
            case .notOfThisMachine:
                "Choose one that 'ip address' lists, or leave it out for 127.0.0.1, \(options)"
            case .notPermitted: "Choose a port from 1024 on, \(options)"
            case .noIdentity: "Both are PEM, and --tls-cert begins with the server's own certificate"
            case .noAuthorities: "--node-authorities is PEM: who signs the certificates of nodes"
            case .failed: "Choose another address or port, \(options)"
            }
        return "\(self)\n  \(remedy)"
    }
}

extension PostgresError {
    /// What the server said, for an operator who may see it all.
    var explanation: String {
        let state = sqlState.map { " (SQLSTATE \($0))" } ?? ""
        let more: [(String, String?)] = [("detail", detail), ("hint", hint)]
        // libpq indents its second lines with tabs.
        let message = message.split(separator: "\t").joined(separator: "  ")
        return (["\(message)\(state)"] + more.compactMap { label, text in text.map { "  \(label): \($0)" } })
            .joined(separator: "\n")
    }
}
