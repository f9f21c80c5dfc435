// Long because one table with all its traps serves every test of it.
import Postgres
import TestSupport
import Testing

/// What comes with a table (policies, casts, domains, index expressions) is code of its owner.
@Suite("Code of a table's owner", .captured, .timeLimit(.minutes(10)))
struct OwnerCodeTests {
    /// A table with everything that runs code when rows are read, written or made json.
    ///
    /// Each piece counts how often it ran, and fails when it runs as anybody but the owner and who writes.
    static func trojan(_ roles: Roles) -> String {
        """
        set role \(roles.owner);
        create sequence app.calls;
        grant usage on sequence app.calls to public;
        create function app.spy(what text) returns boolean language plpgsql immutable as $$
        begin
            -- Nothing can be counted while rows are only read.
            if not current_setting('transaction_read_only')::boolean then
                perform nextval('app.calls');
            end if;
            if current_user not in ('\(roles.owner)', '\(roles.writer)') then
                raise exception '% ran as %', what, current_user;
            end if;
            return true;
        end
        $$;
        create type app.mood as enum ('good', 'bad');
        create domain app.code as text check (app.spy('domain ' || value));
        create table app.t (
            id int primary key, code app.code, mood app.mood, moods app.mood[], amount numeric(12, 2), note text,
            touched int
        );
        create index on app.t (amount) where app.spy('index predicate');
        create index on app.t ((app.spy('index expression')));
        alter table app.t enable row level security;
        create policy reading on app.t using (app.spy('policy'));
        grant select, insert, update, delete on app.t to \(roles.writer);
        reset role;
        """
    }

    /// Casts of the owner, made once the table is attached: a type of his is never turned into json or text by them.
    static func casts(_ roles: Roles) -> String {
        """
        set role \(roles.owner);
        create function app.as_json(app.mood) returns json language plpgsql immutable as
            $$begin perform app.spy('cast to json'); return '"cast"'; end$$;
        create function app.as_jsonb(app.mood) returns jsonb language plpgsql immutable as
            $$begin perform app.spy('cast to jsonb'); return '"cast"'; end$$;
        create function app.as_text(app.mood) returns text language sql immutable as
            $$select case when app.spy('cast to text') then 'cast' end$$;
        create cast (app.mood as json) with function app.as_json(app.mood);
        create cast (app.mood as jsonb) with function app.as_jsonb(app.mood);
        create cast (app.mood as text) with function app.as_text(app.mood) as implicit;
        reset role;
        """
    }

    @Test("never runs with rights that are not his", arguments: Kind.allCases)
    func neverRunsAsOthers(kind: Kind) async throws {
        let database = TestDatabase.current
        try await database.withRoles { roles in
            try await database.run(Self.trojan(roles))
            try await database.run(
                "select pgsync.attach('app.t', kind => '\(kind.rawValue)')",
                as: roles.options(roles.operate)
            )
            try await database.run(Self.casts(roles))
            // A trigger within the statement has rows read again.
            try await database.run(
                """
                set role \(roles.owner);
                create function app.again() returns trigger language plpgsql security definer as $$
                begin
                    update app.t set touched = 1 where id = new.id and touched is null;
                    return null;
                end$$;
                create trigger again after insert on app.t for each row execute function app.again();
                """
            )
            let write = """
                insert into app.t values (1, 'x', 'good', '{bad}', 5), (2, 'y', 'bad', null, 7);
                update app.t set amount = 6 where id = 1; update app.t set id = id + 10; delete from app.t where id = 12;
                """
            try await database.run(write, as: roles.options(roles.writer))
            let images = try await database.lines(
                "select data ->> 'mood' || (data ->> 'moods') from pgsync.sync_logs where record_id = '1' and action = 'create'"
            )
            #expect(images == ["good{bad}"])

            // Columns of his types take the places of others, and rows are written before anything is renewed.
            for change in [
                "add extra app.mood", "alter amount type app.mood using 'good'", "rename note to remark",
                "drop moods",
            ] {
                try await database.run("alter table app.t \(change)", as: roles.options(roles.owner))
                try await database.run(
                    "insert into app.t (id, code, mood) values (3, 'z', 'good'); update app.t set mood = 'bad'; delete from app.t where id = 3",
                    as: roles.options(roles.writer)
                )
            }
            #expect(
                try await database.lines(
                    "select distinct data ->> 'mood' from pgsync.sync_logs where record_id = '3' and action = 'create'"
                ) == ["good"]
            )
            try await database.run("select pgsync.reattach('app.t')", as: roles.options(roles.operate))
            try await database.run(
                "select pgsync.start_backfill('app.t'); select pgsync.backfill_step(1, 1); select pgsync.backfill_step(1, 10)",
                as: roles.options(roles.operate)
            )
            for statement in [
                "select count(*) from pgsync.inspect_capture()",
                "select count(*) from pgsync.capture_growth()",
                "select pgsync.record_key('app.t', '11')",
                "select count(*) from pgsync.trace('app.t', '11')",
            ] {
                try await database.run(statement, as: database.superuser)
                try await database.run(statement, as: roles.options(roles.operate))
            }
            try await database.run("set role pgsync_worker; select pgsync.renew_capture()")
            try await database.run(
                "insert into app.t (id, code) values (4, 'a'); select app.spy('here')",
                as: roles.options(roles.writer)
            )
            // It did run, or this would prove nothing; and the spy does notice.
            #expect(try await database.value("select last_value > 20 from app.calls") == "t")
            #expect(
                try await database.refusal(of: "select app.spy('trap')").message.hasPrefix("trap ran as")
            )
            #expect(
                try await database.lines("select distinct severity from pgsync.inspect_capture()")
                    .filter { $0 == "problem" } == []
            )
        }
    }

    @Test("cannot make its reader lend the rights of capture, or read for another owner")
    func readers() async throws {
        let database = TestDatabase.current
        try await database.withRoles { roles in
            try await database.run(Self.trojan(roles))
            try await database.run(
                """
                create table other.t (id int primary key, v int); alter table other.t owner to \(roles.stranger);
                insert into other.t values (1, 1);
                """
            )
            try await database.run(
                "select pgsync.attach('app.t'), pgsync.attach('other.t')",
                as: roles.options(roles.operate)
            )
            let reader = "pgsync_read.\(roles.owner)"
            // Its owner may not even find it; given that, he can alter, and not replace it.
            try await database.run("grant usage on schema pgsync_read to \(roles.owner)")
            for statement in [
                "create or replace function \(reader)(root oid, content record) returns jsonb language sql as 'select null::jsonb'",
                "create function pgsync_read.another() returns int language sql as 'select 1'",
                "select \(reader)(0, null::record)",
                "select pgsync_read.\(roles.stranger)(0, null::record)",
            ] {
                #expect(
                    try await database.refusal(of: statement, as: roles.options(roles.stranger)).sqlState
                        == .init("42501"),
                    "\(statement)"
                )
            }
            #expect(
                try await database.refusal(
                    of:
                        "create or replace function \(reader)(root oid, content record) returns jsonb language sql as 'select null::jsonb'",
                    as: roles.options(roles.owner)
                ).sqlState == .init("42501")
            )
            try await database.run(
                """
                alter function \(reader)(oid, boolean, jsonb, text[], jsonb, bigint) security invoker;
                alter function \(reader)(oid, record) security invoker;
                """,
                as: roles.options(roles.owner)
            )
            #expect(
                try await database.lines("select finding from pgsync.inspect_capture() order by 1")
                    == ["reader_missing"]
            )
            try await database.run("select pgsync.start_backfill('app.t')")
            let refusal = try await database.refusal(of: "select pgsync.backfill_step(1)")
            #expect(refusal.message == "the reader of app.t does not read for its owner")
            // Attached again, there is another, and this one is gone. A reader reads the tables of its owner alone.
            try await database.run("select pgsync.reattach('app.t')", as: roles.options(roles.operate))
            #expect(try await database.lines("select finding from pgsync.inspect_capture()") == [])
            let foreign = try await database.refusal(
                of:
                    "set role pgsync_capture; select \(reader)_2((select source_table from pgsync.sources where table_name = 'other.t'), null::record)"
            )
            #expect(foreign.message == "the reader of other.t does not read for its owner")
        }
    }

    @Test("in a view that took the place of the table is not taken for its rows")
    func viewInPlace() async throws {
        let database = TestDatabase.current
        try await database.withRoles { roles in
            try await database.run(
                "create table app.t (id int primary key, v int); insert into app.t values (1, 1)",
                as: roles.options(roles.owner)
            )
            try await database.run("select pgsync.attach('app.t')", as: roles.options(roles.operate))
            try await database.run(
                "alter table app.t rename to moved; create view app.t as select 901 as id, 666 as v",
                as: roles.options(roles.owner)
            )
            try await database.run(
                "select pgsync.start_backfill('app.moved'); select pgsync.backfill_step(1)",
                as: roles.options(roles.operate)
            )
            #expect(try await database.lines("select record_id from pgsync.sync_logs") == ["1"])
        }
    }

    @Test("hidden by forced row security, rows are never lost: the statement that needs to read them fails")
    func forcedRowSecurity() async throws {
        let database = TestDatabase.current
        try await database.withRoles { roles in
            try await database.run(
                """
                create table app.docs (id int primary key, owner name default current_user, amount int);
                grant select, insert, update, delete on app.docs to \(roles.writer);
                alter table app.docs enable row level security;
                create policy a on app.docs using (true);
                create policy b on app.docs as restrictive using (owner = current_user);
                create function app.bump() returns trigger language plpgsql as $$begin
                    update app.docs set amount = amount + new.amount where id = 0 and new.id <> 0; return null;
                end$$;
                create trigger bump after insert on app.docs for each row execute function app.bump();
                """,
                as: roles.options(roles.owner)
            )
            try await database.run("select pgsync.attach('app.docs')", as: roles.options(roles.operate))
            let write =
                "insert into app.docs (id, amount) values (0, 0); insert into app.docs (id, amount) values (5, 100)"
            try await database.run(write, as: roles.options(roles.writer))
            #expect(
                try await database.lines(
                    "select distinct on (record_id) record_id || ' ' || (data ->> 'amount') from pgsync.sync_logs order by record_id, id desc"
                ) == ["0 100", "5 100"]
            )
            try await database.run(
                "alter table app.docs force row level security",
                as: roles.options(roles.owner)
            )
            #expect(
                try await database.lines("select finding from pgsync.inspect_capture()") == ["reads_refused"]
            )
            let refusal = try await database.refusal(
                of:
                    "insert into app.docs (id, amount) values (6, 1) returning pg_catalog.set_config('x.y', id::text, true)",
                as: roles.options(roles.writer)
            )
            #expect(refusal.message.contains("row-level security"))
            #expect(try await database.value("select count(*) from app.docs where id = 6") == "0")
        }
    }

    @Test("cannot turn the search path of what reads for it against what runs afterwards")
    func poisonedPath() async throws {
        let database = TestDatabase.current
        try await database.withRoles { roles in
            let doubles = ["text", "bigint", "jsonb", "boolean"].map {
                """
                create function app.same(\($0), \($0)) returns boolean language plpgsql as $$begin
                    raise exception 'double of = ran as %', current_user; end$$;
                create operator app.= (leftarg = \($0), rightarg = \($0), function = app.same);
                """
            }
            try await database.run(
                """
                \(doubles.joined(separator: "\n"))
                grant usage on schema app to public;
                create table app.t (id int primary key, v int);
                insert into app.t values (1, 1), (2, 2);
                """,
                as: roles.options(roles.owner)
            )
            try await database.run("select pgsync.attach('app.t')", as: roles.options(roles.operate))
            try await database.run(
                """
                create sequence app.calls;
                create function app.poison(int) returns int language plpgsql immutable as $$begin
                    if pg_catalog.current_setting('transaction_read_only') operator(pg_catalog.=) 'off' then
                        perform nextval('app.calls');
                    end if;
                    perform pg_catalog.set_config('search_path', 'app, pg_catalog', false); return 2;
                end$$;
                create index on app.t ((app.poison(1)));
                """,
                as: roles.options(roles.owner)
            )
            let steps = try await database.lines(
                """
                select pgsync.start_backfill('app.t');
                select pgsync.backfill_step(1, 1); select pgsync.backfill_step(1, 10);
                reset search_path; select state from pgsync.sync_progress
                """
            )
            #expect(steps.last == "finished")
            #expect(try await database.value("select count(*) from pgsync.sync_logs") == "2")
            #expect(try await database.value("select last_value > 1 from app.calls") == "t")
            let trap = try await database.refusal(
                of: "set search_path = app, pg_catalog; select 'a'::text = 'b'::text"
            )
            #expect(trap.message.hasPrefix("double of = ran as"))
        }
    }
}
