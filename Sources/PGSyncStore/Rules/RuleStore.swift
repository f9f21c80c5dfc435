package import Days
package import PGSyncRules
package import Postgres

/// The posting rules, in `pgsync.rules`.
package struct RuleStore {
    package let session: Session

    package init(_ session: Session) {
        self.session = session
    }

    // MARK: Reading

    /// Every version of every rule, by name and version.
    package func list() throws -> [StoredRule] {
        try session.query(
            """
            select
                rule.name, rule.version, rule.table_name, rule.content, rule.checksum, rule.columns, rule.currency,
                rule.function_name, rule.applied_at, rule.applied_by,
                pgsync.qualified_name(rule.source_table) as table_in_sql,
                case
                    when made.checksum is null then 'missing'
                    when made.checksum = rule.function_checksum then 'intact'
                    when split_part(made.checksum, ':', 1) <> split_part(rule.function_checksum, ':', 1)
                        then 'incomparable'
                    else 'changed'
                end as function_state,
                rule.active_from::text as active_from,
                rule.active_until::text as active_until,
                isempty(span.days) as is_for_no_day,
                lower(span.days)::text as first_day,
                upper(span.days)::text as end_day,
                span.days @> current_date as is_in_force,
                exists (
                    select
                    from pgsync.sources as source
                    where source.source_table = rule.source_table and source.attached
                ) as is_attached
            from pgsync.rules as rule
            inner join pgsync.rule_spans as span on span.name = rule.name and span.version = rule.version
            cross join lateral (select pgsync.rule_checksum(rule.function_name) as checksum) as made
            order by rule.name, rule.version
            """
        ).map(StoredRule.init)
    }

    /// The versions of one rule.
    package func versions(of name: String) throws -> [StoredRule] {
        let all = try list()
        let found = all.filter { $0.name == name }
        guard !found.isEmpty else {
            var names: [String] = []
            for rule in all where names.last != rule.name { names.append(rule.name) }
            throw StoreError.unknown(.rule, name, known: names)
        }
        return found
    }

    /// One version of a rule: the one asked for, else that in force, else the newest.
    package func rule(named name: String, version: Int? = nil) throws -> StoredRule {
        let versions = try versions(of: name)
        guard let version else {
            return versions.last(where: \.isInForce) ?? versions[versions.count - 1]
        }
        guard let found = versions.first(where: { $0.version == version }) else {
            throw StoreError.unknownVersion(name, version: version, known: versions.map(\.version))
        }
        return found
    }

    /// The compiled function as the server writes it; nil when it is missing.
    package func definition(of rule: StoredRule) throws -> String? {
        try session.query(
            """
            select pg_get_functiondef(routine.oid)
            from pg_catalog.pg_proc as routine
            where routine.pronamespace = 'pgsync'::regnamespace and routine.proname = \(rule.functionName)
            """
        ).first?.decode(0)
    }

    // MARK: Changing

    /// Keeps others from changing rules until the transaction ends, and acts as the owner of the schema.
    package func beginChange() throws {
        let row = try session.query(
            """
            select
                pg_get_userbyid(namespace.nspowner)::text as owner,
                current_user::text as user_name,
                pg_has_role(
                    namespace.nspowner,
                    case when current_setting('server_version_num')::integer >= 160000 then 'SET' else 'MEMBER' end
                ) as may_act
            from pg_catalog.pg_namespace as namespace
            where namespace.nspname = 'pgsync'
            """
        ).onlyRow()
        let owner: String = try row.decode("owner")
        guard try row.decode("may_act") else {
            throw StoreError.notOwner(user: try row.decode("user_name"), owner: owner)
        }
        // Names in compiled rules are bound now, so nothing may precede pg_catalog.
        try session.execute(
            """
            select
                set_config('role', \(owner), true),
                set_config('search_path', 'pg_catalog, pg_temp', true)
            """
        )
        try session.execute("lock table pgsync.rules in share row exclusive mode")
    }

    /// Applies checked rules, all or none; it needs a transaction that ``beginChange()`` has begun.
    ///
    /// The first version of a rule covers all documents, a later one those from today on, unless its terms name a day.
    package func apply(_ rules: [Rule]) throws -> [RuleApplication] {
        var applications: [RuleApplication] = []
        for rule in rules.sorted(by: { ($0.name, $0.version) < ($1.name, $1.version) }) {
            let applied = try apply(rule)
            let outcome = try end(rule) && applied == .unchanged ? .ended(rule.terms.until) : applied
            var application = RuleApplication(
                name: rule.name,
                version: rule.version,
                table: rule.table,
                outcome: outcome
            )
            if case .applied = outcome { application.postedByOthers = try postedByOthers(rule) }
            applications.append(application)
        }
        if applications.contains(where: { $0.outcome != .unchanged }) {
            try session.execute("select from pgsync.refresh_evaluate()")
        }
        return applications
    }

    /// How many records of the documents that this version covers from now on other versions have posted.
    private func postedByOthers(_ rule: Rule) throws -> Int {
        try session.query(
            """
            select count(*)
            from (
                select
                from pgsync.rules as applied
                inner join pgsync.sync_master_status as master on master.source_table = applied.source_table
                where applied.name = \(rule.name)
                    and applied.version = \(rule.version)
                    and exists (
                        select
                        from unnest(master.entry_ids) as posted (entry_id)
                        inner join ledger.journal_entries as entry on entry.id = posted.entry_id
                        where split_part(entry.rule, '@', 1) = applied.name
                            and entry.rule <> \(rule.label)
                            and entry.document_date >= applied.active_from
                    )
                limit \(RuleApplication.countLimit)
            ) as found
            """
        ).onlyRow().decode(0)
    }

    private func apply(_ rule: Rule) throws -> RuleApplication.Outcome {
        let function = RuleCompiler.bareName(of: rule)
        let known = try session.query(
            """
            select
                rule.checksum = \(rule.checksum) as is_same,
                rule.function_checksum is not distinct from pgsync.rule_checksum(rule.function_name) as is_intact
            from pgsync.rules as rule
            where rule.name = \(rule.name) and rule.version = \(rule.version)
            """
        ).first
        if let known {
            // The check of the files has refused it; this is for callers who did not check.
            guard try known.decode("is_same") else {
                throw PostgresError(
                    .unexpectedResult,
                    "version \(rule.version) of \(rule.name) has other content"
                )
            }
            guard try !known.decode("is_intact", as: Bool.self) else { return .unchanged }
        }
        try session.runScript(RuleCompiler.compile(rule))
        guard known == nil else {
            try session.execute(
                """
                update pgsync.rules as rule
                set function_checksum = pgsync.rule_checksum(rule.function_name)
                where rule.name = \(rule.name) and rule.version = \(rule.version)
                """
            )
            return .recompiled
        }
        let row = try session.query(
            """
            insert into pgsync.rules (
                name, version, table_name, source_table, content, checksum, columns, function_name, function_checksum,
                currency, active_from
            )
            select
                \(rule.name), \(rule.version)::integer, \(rule.table), relation.oid, \(rule.content), \(rule.checksum),
                \(rule.columns), \(function), pgsync.rule_checksum(\(function)), \(rule.currencyName),
                coalesce(
                    \(rule.terms.from?.description)::date,
                    case
                        when exists (select from pgsync.rules as earlier where earlier.name = \(rule.name))
                            then current_date
                    end,
                    '-infinity'
                )
            from pg_catalog.pg_class as relation
            inner join pg_catalog.pg_namespace as namespace on namespace.oid = relation.relnamespace
            where namespace.nspname || '.' || relation.relname = \(rule.table) and relation.relkind in ('r', 'p')
            returning active_from::text as active_from
            """
        ).onlyRow()
        return .applied(from: try row.day("active_from"))
    }

    /// Ends a version, and those before it, on the day that its terms name; returns whether that was needed.
    private func end(_ rule: Rule) throws -> Bool {
        guard let day = rule.terms.until else { return false }
        return try !session.query(
            """
            update pgsync.rules as rule
            set active_until = \(day.description)::date
            where rule.name = \(rule.name) and rule.version <= \(rule.version) and rule.active_until is null
            returning rule.version
            """
        ).isEmpty
    }

    /// Retires a rule: none of its versions posts documents from a day on; returns the versions it ends.
    package func retire(_ name: String, from day: Day) throws -> [Int] {
        let versions = try versions(of: name)
        let ended = try session.query(
            """
            update pgsync.rules as rule
            set active_until = \(day.description)::date
            where rule.name = \(name) and rule.active_until is null
            returning rule.version
            """
        ).map { try $0.decode("version", as: Int.self) }
        if ended.isEmpty, let until = versions.compactMap(\.activeUntil).max() {
            throw StoreError.alreadyRetired(name, from: until)
        }
        return ended.sorted()
    }
}
