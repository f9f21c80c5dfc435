import Postgres
import TestSupport
import Testing

/// Capture functions pin no search path, for that costs each statement; so they may depend on none.
@Suite("A capture function looks for nothing in the path of the session", .captured, .timeLimit(.minutes(5)))
struct ShadowTests {
    /// Tables that together bring out every part of the generated functions.
    static let tables: [(definition: String, options: String)] = [
        ("(id int primary key, v text, n numeric, d date)", ""),
        ("(id int primary key, v text, n numeric, d date)", ", before_image => true"),
        ("(id int, v text, n numeric, d date, primary key (id, v))", ""),
        ("(id int primary key deferrable, v text, n numeric, d date)", ""),
        ("(id int primary key, v text, n numeric, d date)", ", exclude => array['n']"),
        ("(id int primary key, v text, n numeric, d date, j json, a int[], k regclass, f float8)", ""),
        ("(id numeric primary key, v text, n numeric, d date)", ""),
    ]

    /// Takes the place of every operator and function of PostgreSQL, and shouts when one is used.
    static let shadows = """
        create schema shadow;
        grant usage on schema shadow to public;
        create table public.cast_shadows as select 0 as functions, 0 as operators;
        do $$
        declare
            v_row record;
            v_functions integer := 0;
            v_operators integer := 0;
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
                        v_row.name, v_row.arguments, v_row.result,
                        format('begin raise exception ''shadow of %s''; end', v_row.oid::regprocedure)
                    );
                    v_functions := v_functions + 1;
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
                        format('begin raise exception ''shadow of %s''; end', v_row.oid::regoperator)
                    );
                    execute format(
                        'create operator shadow.%s (%s rightarg = %s, function = shadow.operator_%s)',
                        v_row.name, 'leftarg = ' || v_row.left_type || ',', v_row.right_type, v_row.oid
                    );
                    v_operators := v_operators + 1;
                exception when others then
                    null;
                end;
            end loop;
            update public.cast_shadows set functions = v_functions, operators = v_operators;
        end
        $$;
        """

    @Test("though each operator and function of PostgreSQL has a double there", arguments: Kind.allCases)
    func runsAmongShadows(kind: Kind) async throws {
        let database = TestDatabase.current
        try await database.run(Self.shadows)
        #expect(
            try await database.lines("select functions > 1500 and operators > 600 from public.cast_shadows")
                == ["t"]
        )
        // The doubles do come first.
        let path = "set search_path = shadow, pg_catalog, public;"
        for trap in ["select 1 = 1", "select hashtext('x')", "select 'x' like 'y'"] {
            #expect(try await database.refusal(of: "\(path) \(trap)").message.contains("shadow of"))
        }

        for (number, table) in Self.tables.enumerated() {
            try await database.run(
                """
                create table public.t\(number) \(table.definition);
                select pgsync.attach('public.t\(number)', kind => '\(kind.rawValue)'\(table.options));
                create function public.again\(number)() returns trigger language plpgsql
                set search_path = pg_catalog as $$begin
                    if new.v = 'again' then update public.t\(number) set v = 'done' where id = new.id; end if;
                    return null;
                end$$;
                create trigger again after insert on public.t\(number)
                for each row execute function public.again\(number)();
                """
            )
            let writes = """
                insert into public.t\(number) (id, v, n, d) values (1, 'a', 1.5, '2026-03-01');
                update public.t\(number) set v = 'b', n = null;
                update public.t\(number) set id = 2;
                insert into public.t\(number) (id, v) values (3, 'again');
                delete from public.t\(number);
                truncate public.t\(number);
                """
            let marks =
                "set pgsync.origin = 'o'; set pgsync.correlation_id = 'c'; set timezone = 'Asia/Kolkata';"
            for marks in ["", marks] {
                try await database.run("begin; \(marks) \(path) \(writes) commit; reset all")
            }
        }
        #expect(
            try await database.lines(
                "select count(*) from pgsync.sync_logs where action = 'truncate'"
            ) == ["\(Self.tables.count * 2)"]
        )
        #expect(
            try await database.lines(
                "select count(*) from pgsync.sync_logs where origin = 'o' and correlation_id = 'c'"
            ) != ["0"]
        )
    }

    @Test("for each thing is named with its schema", arguments: Kind.allCases)
    func namesEverySchema(kind: Kind) async throws {
        let database = TestDatabase.current
        for (number, table) in Self.tables.enumerated() {
            try await database.run(
                """
                create table public.t\(number) \(table.definition);
                select pgsync.attach('public.t\(number)', kind => '\(kind.rawValue)'\(table.options));
                """
            )
        }
        let texts = try await database.session { session in
            try session.query(
                """
                select routine.prosrc
                from pgsync.sources as source
                inner join pg_catalog.pg_proc as routine on routine.proname = source.function_name
                """
            ).map { try $0.decode(0, as: String.self) }
        }
        #expect(texts.count == Self.tables.count)
        for text in texts { #expect(Unqualified.parts(of: text) == []) }
    }

    @Test("and what is not named so is found")
    func findsTheUnnamed() {
        let text = """
            v := coalesce(a operator(pg_catalog.+) b, pg_catalog.now()); -- lower(it) = 'all'
            insert into pgsync.sync_logs (id) values (lower('x = y'), 1 + 2, nullif(a, b)::text, c is distinct from d);
            """
        #expect(Unqualified.parts(of: text) == ["lower(", "nullif(", "::text", "+", "distinct from"])
    }
}

/// What a PL/pgSQL text looks up in the search path.
enum Unqualified {
    /// What looks like a call and is none, or is one of the grammar itself.
    private static let grammar: Set<String> = [
        "all", "and", "array", "as", "by", "coalesce", "exists", "from", "greatest", "if", "in", "into",
        "lateral", "not",
        "join", "on", "operator", "or", "returning", "select", "then", "values", "when", "where", "with",
        "made", "gone", "materialized", "pgsync_absent",
    ]
    private static let types: Set<String> = [
        "smallint", "integer", "bigint", "boolean", "pgsync.gone",
    ]

    static func parts(of text: String) -> [String] {
        let bare =
            text
            .replacing(/--[^\n]*/, with: "")
            .replacing(/\/\*.*?\*\//, with: "")
            .replacing(/[Ee]?'(?:[^']|'')*'/, with: "?")
            .replacing(/"(?:[^"]|"")*"/, with: "quoted")
            .replacing("#variable_conflict use_column", with: "")
            .replacing("<<pgsync_capture>>", with: "")
            .replacing("using errcode =", with: "")
            .replacing("get diagnostics v_context = pg_context", with: "")
            .replacing(/operator\(pg_catalog\.[^)]+\)/, with: ",")
            .replacing(/insert into pgsync\.\w+ \(/, with: "(")
        var found: [String] = []
        for match in bare.matches(of: /([\w.]+)\s*\(/) {
            let name = String(match.1)
            if !name.hasPrefix("pg_catalog."), !name.hasPrefix("pgsync."), !name.hasPrefix("pgsync_read."),
                !grammar.contains(name)
            {
                found.append("\(name)(")
            }
        }
        for match in bare.matches(of: /::([\w.]+)/) {
            let name = String(match.1)
            if !name.hasPrefix("pg_catalog."), !types.contains(name) { found.append("::\(name)") }
        }
        for match in bare.replacing(/::|:=/, with: " ").matches(of: /[-+*\/<>=~!@#%^&|`?]+/) {
            // A star is a list of columns; a question mark stands for a string here.
            if match.0 != "?", match.0 != "*" { found.append(String(match.0)) }
        }
        for words in [/distinct from/, /\blike\b/, /\bbetween\b/, /\bnot in\b/, /\bcase \w/] {
            for match in bare.matches(of: words) where match.0 != "case w" { found.append(String(match.0)) }
        }
        return found
    }
}
