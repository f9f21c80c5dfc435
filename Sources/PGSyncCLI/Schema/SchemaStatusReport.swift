import Arguments
import JSON
import PGSyncSchema
import Postgres

/// What has been applied to a database, and what is missing.
struct SchemaStatusReport {
    private let status: SchemaStatus

    init(_ status: SchemaStatus) {
        self.status = status
    }

    private var migrations: [SchemaRecord] { status.records.filter { $0.number != nil } }
    private var objectCount: Int { status.records.count - migrations.count }

    private var verdict: String {
        let plan = status.plan
        if !status.facts.isInstalled { return "pgsync is not installed in database \(status.facts.database)" }
        if plan.conflict != nil { return "the schema does not match this pgsync" }
        if !plan.newerMigrations.isEmpty { return "the schema is newer than this pgsync" }
        if plan.steps.isEmpty { return "the schema is up to date" }
        return status.isBehind
            ? "the schema is not up to date"
            : "the schema was changed since pgsync migrate; run pgsync migrate again to restore it"
    }

    var text: String {
        var text = ""
        if !status.records.isEmpty {
            var table = TextTable([.init("applied"), .init("when"), .init("by"), .init("with pgsync")])
            for record in migrations {
                let instant = record.appliedAt.description.prefix(19).split(separator: "T").joined(
                    separator: " "
                )
                table.add([record.path, "\(instant) UTC", record.appliedBy, record.binaryVersion])
            }
            text += table.text() + "and \(objectCount) objects of sql/\n\n"
        }
        if !status.deviations.isEmpty {
            text += "changed since: \(SchemaDeviation.sentence(status.deviations))\n"
        }
        for step in status.plan.steps where status.isBehind { text += "missing: \(step)\n" }
        for record in status.plan.newerMigrations { text += "unknown to this pgsync: \(record.path)\n" }
        for record in status.plan.leftoverObjects { text += "no longer needed: \(record.path)\n" }
        return text + verdict + "\n"
    }

    var json: JSONValue {
        [
            "installed": .bool(status.facts.isInstalled),
            "up_to_date": .bool(status.plan.isUpToDate),
            "applied": .array(
                status.records.map { record in
                    [
                        "path": .string(record.path),
                        "number": record.number.map { JSONValue($0) } ?? .null,
                        "applied_at": .string(record.appliedAt.description),
                        "applied_by": .string(record.appliedBy),
                        "binary_version": .string(record.binaryVersion),
                    ]
                }
            ),
            "missing": .array(status.plan.steps.map { .string($0.description) }),
            "changed_since": .array(
                status.deviations.map { ["finding": .string($0.finding), "found": .string($0.found)] }
            ),
            "newer": .array(status.plan.newerMigrations.map { .string($0.path) }),
            "conflict": status.plan.conflict.map { .string($0.description) } ?? .null,
        ]
    }
}
