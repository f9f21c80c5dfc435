/// Everything the catalog says about the two schemas, and what the migrations put into their tables.
package enum CatalogDump {
    /// A statement that returns one line per fact, in a fixed order.
    package static let query = """
        with ours as (
            select oid, nspname, nspowner::regrole::text as owner, nspacl from pg_namespace
            where nspname in ('pgsync', 'ledger')
        )
        select fact from (
            select concat_ws(' ', 'schema', nspname, owner, nspacl::text, obj_description(oid, 'pg_namespace'))
            from ours
            union all
            select concat_ws(
                ' ', 'relation', c.oid::regclass, c.relkind, c.relowner::regrole, c.relacl::text, c.reloptions::text,
                c.relrowsecurity, obj_description(c.oid, 'pg_class')
            )
            from pg_class as c inner join ours on ours.oid = c.relnamespace
            union all
            select concat_ws(
                ' ', 'column', c.oid::regclass, a.attnum, a.attname, format_type(a.atttypid, a.atttypmod),
                a.attnotnull, a.attidentity, a.attgenerated, a.attacl::text, pg_get_expr(d.adbin, d.adrelid),
                col_description(c.oid, a.attnum)
            )
            from pg_class as c
            inner join ours on ours.oid = c.relnamespace
            inner join pg_attribute as a on a.attrelid = c.oid and a.attnum > 0
            left join pg_attrdef as d on d.adrelid = a.attrelid and d.adnum = a.attnum
            union all
            select concat_ws(' ', 'constraint', conrelid::regclass, conname, pg_get_constraintdef(k.oid))
            from pg_constraint as k inner join ours on ours.oid = k.connamespace
            union all
            select concat_ws(' ', 'index', i.indexrelid::regclass, pg_get_indexdef(i.indexrelid))
            from pg_index as i inner join pg_class as c on c.oid = i.indexrelid inner join ours on ours.oid = c.relnamespace
            union all
            select concat_ws(
                ' ', 'function', p.oid::regprocedure, p.proowner::regrole, p.proacl::text,
                obj_description(p.oid, 'pg_proc'), pg_get_functiondef(p.oid)
            )
            from pg_proc as p inner join ours on ours.oid = p.pronamespace
            union all
            select concat_ws(
                ' ', 'trigger', pg_get_triggerdef(t.oid), t.tgenabled, obj_description(t.oid, 'pg_trigger')
            )
            from pg_trigger as t
            inner join pg_class as c on c.oid = t.tgrelid
            inner join ours on ours.oid = c.relnamespace
            where not t.tgisinternal
            union all
            select concat_ws(' ', 'view', v.schemaname, v.viewname, v.definition)
            from pg_views as v inner join ours on ours.nspname = v.schemaname
            union all
            select concat_ws(' ', 'default', defaclrole::regrole, defaclnamespace::regnamespace, defaclobjtype, defaclacl::text)
            from pg_default_acl
            union all
            select concat_ws(' ', 'applied', path, kind, number, name, checksum, breaking, binary_version)
            from pgsync.migrations
            union all
            select concat_ws(
                ' ', 'setting', config_key, config_value, default_value, kind, minimum, maximum, unit, description
            )
            from pgsync.sync_configuration
        ) as facts (fact)
        order by fact collate "C"
        """
}
