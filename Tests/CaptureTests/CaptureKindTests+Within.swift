extension CaptureKindTests {
    /// Statements that change a table while another one that changes it is not over.
    static let statementsWithinStatements: [Case] = [
        Case(
            testDescription: "a user trigger that puts back what was deleted",
            table: """
                create table t (id int primary key, v int);
                create function put_back() returns trigger language plpgsql as $$begin
                    insert into t values (old.id, old.v + 1); return null;
                end$$;
                create trigger put_back after delete on t for each row when (old.v < 3) execute function put_back()
                """,
            script: "insert into t values (1, 1), (2, 9); delete from t; delete from t"
        ),
        Case(
            testDescription:
                "a user trigger whose name sorts first and that puts back a row for a whole statement",
            table: """
                create table t (id int primary key, v int);
                create function put_back() returns trigger language plpgsql as $$begin
                    insert into t values (1, 7) on conflict do nothing; return null;
                end$$;
                create trigger "00" after delete on t for each statement execute function put_back()
                """,
            script: "insert into t values (1, 1), (2, 9); delete from t"
        ),
        Case(
            testDescription: "functions that change the row a statement returns",
            table: """
                create table t (id int primary key, v int);
                create function raise_it(which int) returns int language plpgsql as $$begin
                    update t set v = v + 1 where id = which; return which;
                end$$;
                create function raise_it_in_sql(which int) returns int language sql as
                    'update t set v = v + 1 where id = which returning id';
                create function put_back(which int) returns int language plpgsql as $$begin
                    insert into t values (which, 9); return which;
                end$$
                """,
            script: """
                insert into t values (1, 1) returning raise_it(id); update t set v = 5 returning raise_it_in_sql(id);
                with made as (insert into t values (2, 2) returning id) select raise_it(id) from made;
                delete from t where id = 1 returning put_back(id);
                begin; select raise_it(2); update t set v = 20 where id = 2; select raise_it(2); commit
                """
        ),
        Case(
            testDescription: "several changes in one statement",
            table: "create table t (id int primary key, v int)",
            script: """
                insert into t values (1, 1), (2, 2);
                with gone as (delete from t where id = 1 returning *) insert into t select id + 10, v from gone;
                with moved as (update t set id = id + 100 returning *) insert into t select id - 100, v from moved;
                with made as (insert into t values (500, 1) returning id) update t set v = v + 1;
                with made as (insert into t values (501, 1) returning id), changed as (update t set v = 3 where id = 500)
                delete from t where id = 2
                """
        ),
        Case(
            testDescription: "a key that two rows have for a moment",
            table: "create table t (id int primary key deferrable, v int)",
            script: """
                insert into t values (1, 1), (2, 2); begin; set constraints all deferred; insert into t values (1, 3);
                delete from t where v = 1; commit; begin; set constraints all deferred; update t set id = 1 where id = 2;
                update t set id = 2 where v = 3; commit
                """
        ),
        Case(
            testDescription: "a function that changes the table one statement after the other",
            table: """
                create table t (id int primary key, v int);
                create function many() returns void language plpgsql as $$begin
                    for i in 1..3 loop
                        insert into t values (i, 0); update t set v = 1 where id = i;
                        delete from t
                        where id = i and i = 2;
                    end loop;
                end$$
                """,
            script: "select many(); update t set v = 7 where id = 3",
            history: [
                "create 1", "update 1", "create 2", "update 2", "delete 2", "create 3", "update 3",
                "update 3",
            ]
        ),
    ]
}
