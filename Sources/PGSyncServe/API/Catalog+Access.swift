extension Catalog {
    private static let settingFields: [Field] = [
        .text("key"), Field.text("value").orNull, Field.text("unit").orNull, .boolean("changed"),
        Field.text("default").orNull, Field.text("allowed").orNull, .text("description"),
        Field.time("updated_at").orNull, Field.text("updated_by").orNull,
    ]

    private static let settingSQL = """
        select own.key, own.value, own.unit, not own.is_default as changed, own.default_value as default, own.allowed,
            own.description, own.updated_at, own.updated_by
        from pgsync.configuration as own
        """

    static let configuration: [Endpoint] = [
        Endpoint(
            .get,
            "/configuration",
            .read,
            "All settings.",
            answer: settingFields,
            .rows(Statement(settingSQL + " order by own.key"))
        ),
        Endpoint(
            .get,
            "/configuration/{key}",
            .read,
            "One setting.",
            answer: settingFields,
            .row(Statement(settingSQL + " where own.key = :key"), tag: "value")
        ),
        Endpoint(
            .get,
            "/configuration/{key}/history",
            .read,
            "Who changed a setting, when, from what to what, newest first; why, if it was over HTTP and said.",
            answer: [
                .time("at"), .text("by"), .text("from"), .text("to"), Field.text("reason").orNull,
            ],
            .pages(
                """
                select
                    own.id as k1, own.changed_at as at, own.changed_by as by, own.old_value as from, own.new_value as to,
                    (
                        select done.reason
                        from pgsync.setting_reasons(own.recorded_xid) as done (object, reason)
                        where done.object = own.config_key
                        limit 1
                    ) as reason
                from pgsync.configuration_history as own
                where own.config_key = :key
                """,
                keys: ["bigint"],
                isAscending: false
            )
        ),
        Endpoint(
            .put,
            "/configuration/{key}",
            .admin,
            "Changes a setting, or resets it if the value is null; If-Match is its current value in quotes.",
            body: [Field.text("value").orNull, Field.text("reason").orNull],
            answer: settingFields,
            .act(
                Act(
                    name: "set configuration",
                    statement: """
                        -- Locked first, so that two who saw the same value do not both change it.
                        with locked as materialized (
                            select setting.config_key, setting.config_value
                            from pgsync.sync_configuration as setting
                            where setting.config_key = :key
                            for update
                        )

                        select own.key, changed.value, own.unit, changed.value is distinct from own.default_value as changed,
                            own.default_value as default, own.allowed, own.description,
                            clock_timestamp() as updated_at, pgsync.actor() as updated_by
                        from locked
                        inner join pgsync.configuration as own on locked.config_key = own.key
                        cross join lateral (
                            select case
                                when :value is null then pgsync.reset_configuration(own.key)
                                else pgsync.set_configuration(own.key, :value)
                            end as value
                        ) as changed
                        where :if_match in ('*', '"' || coalesce(locked.config_value, '') || '"')
                        """,
                    object: "key",
                    isConfirmed: { ($0["key"] ?? "").contains("retention") },
                    needsIfMatch: true,
                    nothing: .changedMeanwhile,
                    whenNothing: "its value is another by now, or there is no such setting: read it again"
                )
            )
        ),
        Endpoint(
            .get,
            "/rules",
            .read,
            "The versions of all rules, newest first.",
            answer: ruleFields,
            .rows(Statement(ruleSQL + " from pgsync.rules as own order by own.name, own.version desc"))
        ),
        Endpoint(
            .get,
            "/rules/{name}/{version}",
            .read,
            "One version of a rule, with its text.",
            answer: ruleFields + [.text("text"), .texts("columns")],
            .row(
                Statement(
                    ruleSQL + """
                        , own.content as text, own.columns
                        from pgsync.rules as own
                        where own.name = :name and own.version::text = :version
                        """
                )
            )
        ),
    ]

    private static let ruleFields: [Field] = [
        .text("rule"), .count("version"), .text("table"), .text("currency"), Field.date("active_from").orNull,
        Field.date("active_until").orNull, Field.any("days").orNull, .boolean("in_force"), .text("checksum"),
        .time("applied_at"), .text("applied_by"),
    ]

    private static let ruleSQL = """
        select
            own.name as rule, own.version, own.table_name as table, own.currency, nullif(own.active_from, '-infinity') as active_from,
            nullif(own.active_until, 'infinity') as active_until,
            (
                select json_build_object('from', lower(span.days), 'before', upper(span.days))
                from pgsync.rule_spans as span
                where span.name = own.name and span.version = own.version
                limit 1
            ) as days,
            exists (
                select
                from pgsync.rule_spans as span
                where span.name = own.name and span.version = own.version and span.days @> current_date
            ) as in_force,
            own.checksum, own.applied_at, own.applied_by
        """

    static let access: [Endpoint] = [
        Endpoint(
            .get,
            "/tokens",
            .admin,
            "The tokens, newest first, without their secrets.",
            parameters: [Field.choice("state", ["valid", "expired", "revoked"]).orNull],
            answer: [
                .id("token"), .text("name"), .text("prefix"), .texts("scopes"), Field.text("site").orNull,
                .text("state"), .time("created_at"), .text("created_by"), Field.time("expires_at").orNull,
                Field.time("last_used_at").orNull, Field.text("last_address").orNull,
                Field.time("revoked_at").orNull,
                Field.text("revoked_by").orNull, .count("sessions"),
            ],
            .pages(
                """
                select
                    own.id as k1, own.id::text as token, own.name, own.prefix, own.scopes, own.site, own.state,
                    own.created_at, own.created_by, own.expires_at, own.last_used_at, own.last_address, own.revoked_at,
                    own.revoked_by, own.sessions
                from pgsync.token_states as own
                where :state is null or own.state = :state
                """,
                keys: ["bigint"],
                isAscending: false
            )
        ),
        Endpoint(
            .post,
            "/tokens",
            .admin,
            "Makes a token; its secret is shown once.",
            body: [
                .text("name"), Field(name: "scopes", form: .list(.choice(Scope.ofPeople.map(\.rawValue)))),
                Field.time("expires_at").orNull, Field.text("site").orNull, Field.text("reason").orNull,
            ],
            answer: [
                .id("token"), .text("name"), .text("prefix"), .texts("scopes"), Field.text("site").orNull,
                Field.time("expires_at").orNull, Field.text("secret").orNull,
            ],
            .act(
                Act(
                    name: "token create",
                    statement: """
                        select
                            pgsync.create_token(
                                :name, :new_prefix, decode(:new_hash, 'hex'), given.scopes, :site, :expires_at::timestamptz
                            )::text as token,
                            :name as name, :new_prefix as prefix, given.scopes, :site as site,
                            :expires_at::timestamptz as expires_at, null::text as secret
                        from (
                            select array(select jsonb_array_elements_text(:scopes::jsonb)) as scopes
                        ) as given
                        """,
                    object: "name",
                    makesToken: true
                )
            )
        ),
        Endpoint(
            .delete,
            "/tokens/{id}",
            .admin,
            "Ends a token and all sessions that were logged in with it.",
            answer: [.id("token"), .boolean("revoked")],
            .act(
                Act(
                    name: "token revoke",
                    statement: "select :id as token, pgsync.revoke_token(:id::bigint) as revoked",
                    object: "id"
                )
            )
        ),
        Endpoint(
            .get,
            "/audit",
            .audit,
            "What was done and refused over HTTP, newest first.",
            parameters: [
                Field.text("actor").orNull, Field.text("act").orNull, Field.text("object").orNull,
                Field.choice("result", ["done", "refused", "failed"]).orNull, Field.time("from").orNull,
                Field.time("to").orNull,
            ],
            answer: [
                .id("id"), .time("at"), .text("actor"), Field.id("token").orNull,
                Field.text("address").orNull,
                .text("login"), .text("act"), Field.text("object").orNull, Field.text("reason").orNull,
                .choice("result", ["done", "refused", "failed"]), Field.any("details").orNull,
                Field.text("confirmed_by").orNull, Field.text("correlation_id").orNull,
            ],
            .pages(
                """
                select
                    own.at as k1, own.id as k2, own.id::text as id, own.at, own.actor, own.token::text as token,
                    own.address, own.login, own.act, own.object, own.reason, own.result, own.details, own.confirmed_by,
                    own.correlation_id
                from pgsync.acts as own
                where (:actor is null or own.actor = :actor)
                    and (:act is null or own.act = :act)
                    and (:object is null or own.object = :object)
                    and (:result is null or own.result = :result)
                    and (:from is null or own.at >= :from::timestamptz)
                    and (:to is null or own.at < :to::timestamptz)
                """,
                keys: ["timestamptz", "bigint"],
                isAscending: false
            )
        ),
    ]
}
