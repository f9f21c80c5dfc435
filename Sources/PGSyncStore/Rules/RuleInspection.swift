package import PGSyncCore
package import Postgres

/// Finds rules that do not post what they should, and tables that no rule posts.
package struct RuleInspection {
    private let session: Session

    package init(_ session: Session) {
        self.session = session
    }

    package func facts() throws -> ServerFacts.Rules {
        let rules = try RuleStore(session).list()
        let inUse = rules.filter { $0.days != nil }
        return ServerFacts.Rules(
            inForce: rules.count(where: \.isInForce),
            findings: try rules.compactMap(Self.functionFinding) + connectionFindings()
                + inUse.compactMap(Self.tableFinding) + columnFindings() + sourceFindings()
        )
    }

    // MARK: Functions

    private static func functionFinding(_ rule: StoredRule) -> RuleFinding? {
        let anew =
            "pgsync rules show \(rule.name) --version \(rule.version) > \(rule.name).rules "
            + "&& pgsync rules apply \(rule.name).rules"
        switch rule.functionState {
        case .intact: return nil
        case .missing:
            return RuleFinding(
                subject: rule.label,
                kind: "function_missing",
                severity: .problem,
                found: "its function pgsync.\(rule.functionName) is missing",
                meaning: "It cannot post anything: someone dropped its compiled function.",
                remedy: anew
            )
        case .changed:
            return RuleFinding(
                subject: rule.label,
                kind: "function_changed",
                severity: .problem,
                found: "its function pgsync.\(rule.functionName) was replaced after it was compiled",
                meaning: "What it posts may not be what the rule says.",
                remedy: anew
            )
        case .incomparable:
            return RuleFinding(
                subject: rule.label,
                kind: "function_incomparable",
                severity: .note,
                found: "its function was compiled on a server of another major version",
                meaning: "Changes made to it since cannot be detected.",
                remedy: anew
            )
        }
    }

    /// Versions that `evaluate` does not call.
    private func connectionFindings() throws -> [RuleFinding] {
        try session.query(
            """
            select rule.name || '@' || rule.version as label
            from pgsync.rule_spans as span
            inner join pgsync.rules as rule on rule.name = span.name and rule.version = span.version
            where not isempty(span.days)
                and not exists (
                    select
                    from pg_catalog.pg_proc as compiled
                    inner join pg_catalog.pg_depend as known
                        on known.refclassid = 'pg_catalog.pg_proc'::regclass and known.refobjid = compiled.oid
                    inner join pg_catalog.pg_proc as asking
                        on known.classid = 'pg_catalog.pg_proc'::regclass and known.objid = asking.oid
                    where compiled.pronamespace = 'pgsync'::regnamespace
                        and compiled.proname = rule.function_name
                        and asking.pronamespace = 'pgsync'::regnamespace
                        and asking.proname = 'evaluate'
                )
            order by rule.name, rule.version
            """
        ).map { row in
            RuleFinding(
                subject: try row.decode("label"),
                kind: "not_evaluated",
                severity: .problem,
                found: "pgsync.evaluate does not call it",
                meaning: "It posts nothing.",
                remedy: "select pgsync.refresh_evaluate();    (as the owner of the schema pgsync)"
            )
        }
    }

    // MARK: Tables

    private static func tableFinding(_ rule: StoredRule) -> RuleFinding? {
        guard let table = rule.tableInSQL else {
            return RuleFinding(
                subject: rule.label,
                kind: "table_gone",
                severity: .warning,
                found: "its table \(rule.table) no longer exists",
                meaning:
                    "It posts nothing. A new table of that name needs a new version of the rule.",
                remedy: "pgsync rules retire \(rule.name) --from DAY"
            )
        }
        guard !rule.isAttached else { return nil }
        return RuleFinding(
            subject: rule.label,
            kind: "not_attached",
            severity: .warning,
            found: "its table \(table) is not attached",
            meaning: "Its changes are neither captured nor posted.",
            remedy: "pgsync attach \(table.shellWord) --backfill"
        )
    }

    /// Columns that a rule reads and an image lacks: they read as null.
    private func columnFindings() throws -> [RuleFinding] {
        try session.query(
            """
            select
                rule.name || '@' || rule.version as label,
                pgsync.qualified_name(rule.source_table) as table_name,
                string_agg(needed.name, ', ' order by needed.name) as missing,
                -- What the table has gained since needs no list of columns, only the table attached again.
                bool_and(
                    source.captured_columns is null
                    and exists (
                        select
                        from pgsync.capture_columns(rule.source_table) as present
                        where present.name = needed.name
                    )
                ) as is_new
            from pgsync.rules as rule
            inner join pgsync.rule_spans as span on span.name = rule.name and span.version = rule.version
            inner join pgsync.sources as source on source.source_table = rule.source_table and source.attached
            cross join lateral unnest(rule.columns) as needed (name)
            where not isempty(span.days)
                and pgsync.qualified_name(rule.source_table) is not null
                and not (
                    (
                        source.captured_columns is null
                        and exists (
                            select
                            from jsonb_each(source.shape) as known
                            where known.value ->> 'name' = needed.name
                        )
                        and exists (
                            select
                            from pgsync.capture_columns(rule.source_table) as present
                            where present.name = needed.name
                        )
                    )
                    or needed.name = any(source.captured_columns || source.key_columns)
                )
            group by rule.name, rule.version, rule.source_table
            order by rule.name, rule.version
            """
        ).map { row in
            let table: String = try row.decode("table_name")
            return RuleFinding(
                subject: try row.decode("label"),
                kind: "not_captured",
                severity: .problem,
                found:
                    "it reads columns that are not captured: \(try row.decode("missing", as: String.self))",
                meaning: "It sees them as null, so what it posts may be wrong.",
                remedy: try row.decode("is_new")
                    ? "pgsync attach \(table.shellWord) --renew --backfill"
                    : "pgsync attach \(table.shellWord) --columns …    (with these)"
            )
        }
    }

    /// Attached tables whose documents of today no rule covers.
    private func sourceFindings() throws -> [RuleFinding] {
        try session.query(
            """
            select
                source.table_name,
                exists (
                    select from pgsync.rules as rule where rule.source_table = source.source_table
                ) as has_rule
            from pgsync.sources as source
            where source.attached
                and source.posts
                and not exists (
                    select
                    from pgsync.rule_spans as span
                    where span.source_table = source.source_table and span.days @> current_date
                )
            order by source.table_name
            """
        ).map { row in
            let table: String = try row.decode("table_name")
            return RuleFinding(
                subject: table,
                kind: "missing",
                severity: .warning,
                found: "it is attached, but no rule posts its documents of today",
                meaning: try row.decode("has_rule")
                    ? "They are skipped; only those of other days are posted."
                    : "Its changes end as dead letters of the class rule.missing.",
                remedy: "pgsync rules apply FILE    (or: pgsync detach \(table.shellWord))"
            )
        }
    }
}

extension String {
    /// The text quoted as one word for a shell.
    package var shellWord: String {
        let isPlain = utf8.allSatisfy { byte in
            (0x61...0x7A).contains(byte) || (0x41...0x5A).contains(byte) || (0x30...0x39).contains(byte)
                || [UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: "-")].contains(byte)
        }
        guard !isPlain || isEmpty else { return self }
        return "'" + split(separator: "'", omittingEmptySubsequences: false).joined(separator: #"'\''"#) + "'"
    }
}
