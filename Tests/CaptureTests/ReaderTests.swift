// Long because one set of roles and traps serves all attacks on readers.
import Postgres
import TestSupport
import Testing

/// The functions by which capture reads the tables of each owner, as their owner.
@Suite("Readers", .captured, .timeLimit(.minutes(5)))
struct ReaderTests {
    let database = TestDatabase.current

    @Test(
        "are as attach makes them in all that counts, or attach fails",
        arguments: [
            ("returns jsonb", "returns app.evil"), ("\nstable\n", "\nvolatile\n"), ("security definer", ""),
            ("content record)", "content anyelement)"), ("set row_security = off", ""),
        ]
    )
    func forged(part: String, other: String) async throws {
        try await database.withRoles { roles in
            try await database.run(
                "create type app.evil as enum ('x'); create table app.t (id int primary key, v int)",
                as: roles.options(roles.owner)
            )
            let refusal = try await database.refusal(
                of: """
                    begin;
                    create temporary table steps as
                    select replace(made, '\(part)', '\(other)') as step from pgsync.reader_text('\(roles.owner)') as made;
                    grant select on steps to public;
                    select pgsync.install_capture(
                        pgsync.planned_source('app.t', null, null, null, 'auto', array['create', 'update'], false)
                    );
                    set local role \(roles.owner);
                    do $$declare s text; begin for s in select step from steps loop execute s; end loop; end$$;
                    set local role none;
                    do $$declare s text; begin
                        for s in
                            select made.step from pgsync.sources as source
                            cross join lateral pgsync.attach_steps(source) as made (step)
                        loop execute s; end loop;
                    end$$;
                    select pgsync.finish_capture('app.t');
                    commit
                    """,
                as: roles.options(roles.operate)
            )
            #expect(
                refusal.sqlState == .init("42501")
                    && refusal.message == "the reader of app.t was not created by attach"
            )
            #expect(
                try await database.value(
                    "select count(*) from pg_proc where pronamespace = 'pgsync_read'::regnamespace"
                ) == "0"
            )
        }
    }

    @Test("of a former owner are found in each table that names them, and go when none does")
    func otherOwner() async throws {
        try await database.withRoles { roles in
            try await database.run(
                "create table app.a (id int primary key); create table app.b (id int primary key deferrable, v int)",
                as: roles.options(roles.owner)
            )
            try await database.run(
                "select pgsync.attach('app.a'); select pgsync.attach('app.b')",
                as: roles.options(roles.operate)
            )
            try await database.run(
                """
                grant all on schema app to \(roles.stranger);
                alter table app.a owner to \(roles.stranger); alter table app.b owner to \(roles.stranger)
                """
            )
            let findings = "select source_table || ' ' || finding from pgsync.inspect_capture()"
            #expect(try await database.lines(findings) == ["app.a reader_missing", "app.b reader_missing"])
            for (table, left) in [("app.a", ["app.b reader_missing"]), ("app.b", [])] {
                try await database.run(
                    "select pgsync.reattach('\(table)')",
                    as: roles.options(roles.operate)
                )
                #expect(try await database.lines(findings) == left)
            }
            try await database.run("insert into app.b values (6, 1)", as: roles.options(roles.stranger))
            #expect(try await database.history("app.b") == ["create 6"])
            #expect(
                try await database.lines(
                    "select distinct proname || ' ' || proowner::regrole from pg_proc where pronamespace = 'pgsync_read'::regnamespace"
                ) == ["\(roles.stranger) \(roles.stranger)"]
            )
        }
    }

    @Test(
        "cannot be put in the place of one that is in use, not even for a moment",
        arguments: [false, true]
    )
    func replaced(isDropped: Bool) async throws {
        try await database.withRoles { roles in
            try await database.run(
                "create table app.a (id int primary key deferrable); create table app.c (id int primary key, v int)",
                as: roles.options(roles.owner)
            )
            try await database.run("select pgsync.attach('app.a')", as: roles.options(roles.operate))
            let reader = "pgsync_read.\(roles.owner)"
            let install = """
                select pgsync.install_capture(
                    pgsync.planned_source('app.c', null, null, null, 'auto', array['create', 'update'], false)
                );
                """
            let evil = """
                set local role \(roles.owner);
                create or replace function \(reader)(
                    root oid, by_name boolean, plan jsonb, record_ids text[], after_key jsonb, row_limit bigint
                ) returns table (record_id text, content jsonb, key jsonb) language plpgsql as
                    $$begin raise exception 'ran as %', current_user; end$$;
                grant execute on function \(reader)(oid, boolean, jsonb, text[], jsonb, bigint) to pgsync_capture;
                """
            let drop = """
                set local role \(roles.owner);
                drop function \(reader)(oid, boolean, jsonb, text[], jsonb, bigint);
                drop function \(reader)(oid, record);
                set local role none;
                """
            let refusal = try await database.refusal(
                of: isDropped
                    ? """
                    begin; grant usage on schema pgsync_read to \(roles.owner); \(drop)
                    set local role \(roles.operate); \(install) set local role none; \(evil) set local role none;
                    select 1 / (select count(*) from pgsync.sources where reader = '\(roles.owner)_2')::int;
                    insert into app.c values (1, 1); select pgsync.start_backfill('app.c'); select pgsync.backfill_step(1); commit
                    """
                    : "begin; set local role \(roles.operate); \(install) set local role none; \(evil) commit"
            )
            #expect(
                isDropped
                    ? refusal.message == "attach is not done" : refusal.sqlState == .init("42501"),
                "\(refusal)"
            )
        }
    }

    @Test("cannot be altered by who is lent what another owner's table needs, nor kept by a view on them")
    func lentTwice() async throws {
        try await database.withRoles { roles in
            let (me, team) = (roles.operate, "team_\(database.name)")
            try await database.run(
                """
                create role \(team); grant \(team) to \(me); create schema mine authorization \(me);
                grant usage, create on schema mine to public;
                """
            )
            try await database.run(
                """
                create table mine.t (id int primary key, v text); create table mine.t3 (id int primary key);
                select pgsync.attach('mine.t'); alter table mine.t3 owner to \(team);
                """,
                as: roles.options(me)
            )
            let lend = """
                begin; set constraints all deferred;
                select pgsync.install_capture(
                    pgsync.planned_source('mine.t3', null, null, null, 'auto', array['create', 'update'], false)
                );
                """
            let finish = """
                do $$declare steps text[] := pgsync.reader_steps('\(team)'); s text; begin
                    perform set_config('role', '\(team)', true);
                    foreach s in array steps loop execute s; end loop;
                    perform set_config('role', 'none', true);
                    for s in select * from pgsync.attach_steps(
                        (select source from pgsync.sources as source where table_name = 'mine.t3')
                    ) loop execute s; end loop;
                end$$;
                select pgsync.finish_capture('mine.t3'); commit
                """
            let refusal = try await database.refusal(
                of: """
                    \(lend)
                    create view mine.v as
                        select * from pgsync_read.\(me)(0::oid, true, null, null::text[], null::jsonb, null::bigint);
                    create or replace function pgsync_read.\(me)(
                        root oid, by_name boolean, plan jsonb, record_ids text[], after_key jsonb, row_limit bigint
                    ) returns table (record_id text, content jsonb, key jsonb) language plpgsql as
                        $$begin raise exception 'ran as %', current_user; end$$;
                    \(finish)
                    """,
                as: roles.options(me)
            )
            #expect(refusal.message.contains("is not the one that attach created"), "\(refusal)")
            // Without that, the same ends well.
            try await database.run("\(lend) \(finish)", as: roles.options(me))
            try await database.run(
                "insert into mine.t values (1, 'a'); insert into mine.t3 values (1)",
                as: roles.options(me)
            )
            #expect(try await database.history("mine.t3") == ["create 1"])
            try await database.run("drop schema mine cascade; drop owned by \(team); drop role \(team)")
        }
    }

    @Test("are not confused with functions of the same name that fit a row better", arguments: Kind.allCases)
    func overloaded(kind: Kind) async throws {
        try await database.withRoles { roles in
            try await database.run(
                """
                create function app.loot() returns int language plpgsql immutable as
                    $$begin if current_user = 'pgsync_capture' then raise exception 'ran as capture'; end if; return 1; end$$;
                create table app.t (id int primary key, v int); grant usage on schema app to public
                """,
                as: roles.options(roles.owner)
            )
            try await database.run(
                "select pgsync.attach('app.t', kind => '\(kind.rawValue)')",
                as: roles.options(roles.operate)
            )
            // Nobody can make it, but for the moment in which attach has him make a reader.
            try await database.run(
                """
                alter table app.t rename v to w;
                create function pgsync_read.\(roles.owner)(oid, app.t, more int default app.loot()) returns jsonb
                    language sql as $$select to_jsonb(app.loot())$$;
                grant execute on function pgsync_read.\(roles.owner)(oid, app.t, int) to public
                """
            )
            let refusal = try await database.refusal(
                of: "insert into app.t values (1, 1)",
                as: roles.options(roles.owner)
            )
            #expect(refusal.sqlState == .init("42501"))
            #expect(refusal.message.contains("share the name of the reader"))
            try await database.run("select pgsync.reattach('app.t')", as: roles.options(roles.operate))
            try await database.run("insert into app.t values (1, 1)", as: roles.options(roles.owner))
            #expect(try await database.history("app.t") == ["create 1"])
        }
    }

    @Test("follow a role that is renamed, and leave room for a new one of its name")
    func renamedRole() async throws {
        try await database.withRoles { roles in
            let (name, former) = (roles.stranger, "\(roles.stranger)_former")
            try await database.run(
                "create table other.t (id int primary key deferrable)",
                as: roles.options(name)
            )
            try await database.run("select pgsync.attach('other.t')", as: roles.options(roles.operate))
            try await database.run(
                """
                alter role \(name) rename to \(former); create role \(name) login; grant \(name) to \(roles.operate);
                grant usage on schema other to \(name), \(roles.operate);
                create table other.n (id int primary key deferrable); alter table other.n owner to \(name)
                """
            )
            try await database.run("select pgsync.attach('other.n')", as: roles.options(roles.operate))
            try await database.run("insert into other.t values (1)", as: roles.options(former))
            try await database.run("insert into other.n values (2)", as: roles.options(name))
            #expect(try await database.lines("select finding from pgsync.inspect_capture()") == [])
            #expect(
                try await database.lines("select reader from pgsync.sources order by table_name") == [
                    "\(name)_2", name,
                ]
            )
            try await database.run(
                "drop owned by \(name) cascade; drop role \(name); alter role \(former) rename to \(name)"
            )
        }
    }

    @Test("are installed for who calls, and not for who a function of somebody else was called by")
    func confusedDeputy() async throws {
        try await database.withRoles { roles in
            try await database.run(
                "create table app.t (id int primary key, v int, note text)",
                as: roles.options(roles.owner)
            )
            try await database.run("select pgsync.attach('app.t')", as: roles.options(roles.operate))
            try await database.run(
                """
                grant usage on schema other to public; create table other.guestbook (id int);
                grant insert on other.guestbook to public;
                create function other.trap() returns trigger language plpgsql security definer as $$
                declare s pgsync.sources;
                begin
                    select x.* into s from pgsync.sources as x where x.table_name = 'app.t';
                    s.captured_columns := array['id', 'v'];
                    perform pgsync.install_capture(s);
                    return null;
                end$$;
                alter function other.trap() owner to \(roles.operate);
                create trigger trap after insert on other.guestbook for each statement execute function other.trap();
                """
            )
            let refusal = try await database.refusal(
                of: "insert into other.guestbook values (1)",
                as: roles.options(roles.owner)
            )
            #expect(refusal.sqlState == .init("42501"))
            #expect(
                try await database.lines("select version from pgsync.sources where captured_columns is null")
                    == ["1"]
            )
        }
    }

    @Test("and functions that are made anew are met by sessions that are open")
    func openSession() async throws {
        try await database.run("create table t (id int primary key, v int); select pgsync.attach('t')")
        try await database.connect { connection in
            let moves = """
                alter table t rename to u; select pgsync.reattach('u');
                alter table u rename to t; select pgsync.reattach('t')
                """
            for (id, between) in [
                (1, "select pgsync.detach('t'); select pgsync.attach('t')"),
                (2, "select pgsync.reattach('t')"), (3, moves), (4, "select 1"),
            ] {
                try await connection.withSession {
                    _ = try $0.runScript("insert into public.t values (\(id), 1)")
                }
                try await database.run(between)
            }
        }
        #expect(try await database.history("t") == ["create 1", "create 2", "create 3", "create 4"])
    }
}
