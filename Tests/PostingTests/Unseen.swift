/// A script that runs another with the triggers of a table off, as its owner or a superuser can.
func unseen(_ table: String, _ sql: String) -> String {
    /// They fire always, before and after.
    func triggers(_ how: String) -> String {
        """
        do $do$
        declare v_trigger record;
        begin
            for v_trigger in
                select tgrelid::regclass as target, tgname from pg_trigger
                where tgrelid in (select relid from pg_partition_tree('\(table)') union select '\(table)'::regclass)
                    and not tgisinternal and tgparentid = 0
            loop
                execute format('alter table %s \(how) trigger %I', v_trigger.target, v_trigger.tgname);
            end loop;
        end;
        $do$;
        """
    }
    return "\(triggers("disable")) \(sql); \(triggers("enable always"))"
}
