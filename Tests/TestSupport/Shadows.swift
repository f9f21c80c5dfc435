import Postgres

/// Doubles of what PostgreSQL has, in a schema that is found first, which count how often they are called.
package enum Shadows {
    /// Makes a double of each operator and function that can have one, in the schema `shadow`, and has every session of
    /// the database that does not say otherwise look there first.
    ///
    /// They return null. Who calls one gets wrong answers, and is seen once its session has ended.
    package static func prepare(path: String) -> String {
        """
        create schema shadow;
        grant usage on schema shadow to public;
        do $$
        declare
            v_row record;
        begin
            for v_row in
                select
                    proname as name, oid, pg_get_function_identity_arguments(oid) as arguments,
                    format_type(prorettype, null) as result
                from pg_catalog.pg_proc
                where pronamespace = 'pg_catalog'::regnamespace and prokind = 'f' and not proretset
                    and pg_get_function_identity_arguments(oid) !~ 'internal|cstring|OUT |"any"'
            loop
                begin
                    execute format(
                        'create function shadow.%I(%s) returns %s language plpgsql as %L',
                        v_row.name, v_row.arguments, v_row.result, 'begin return null; end'
                    );
                exception when others then
                    null;
                end;
            end loop;
            for v_row in
                select
                    oprname as name, oid, format_type(nullif(oprleft, 0), null) as left_type,
                    format_type(oprright, null) as right_type, format_type(oprresult, null) as result
                from pg_catalog.pg_operator
                where oprnamespace = 'pg_catalog'::regnamespace and oprcode <> 0
            loop
                begin
                    execute format(
                        'create function shadow.operator_%s(%s) returns %s language plpgsql as %L',
                        v_row.oid, concat_ws(', ', v_row.left_type, v_row.right_type), v_row.result,
                        'begin return null; end'
                    );
                    execute format(
                        'create operator shadow.%s (%s rightarg = %s, function = shadow.operator_%s)',
                        v_row.name, 'leftarg = ' || v_row.left_type || ',', v_row.right_type, v_row.oid
                    );
                exception when others then
                    null;
                end;
            end loop;
            execute format('alter database %I set search_path = \(path)', current_database());
            execute format('alter database %I set track_functions = %L', current_database(), 'all');
        end
        $$;
        """
    }

    /// Asks which of them sessions have called that have ended, and depends on no path itself.
    package static let question = """
        select funcname::pg_catalog.text
        from pg_catalog.pg_stat_user_functions
        where schemaname operator(pg_catalog.=) 'shadow' and calls operator(pg_catalog.>) 0::pg_catalog.int8
        """

    /// The answer to the question.
    package static func called(in database: TestDatabase) async throws -> [String?] {
        try await database.run(question, as: database.superuser)
    }
}
