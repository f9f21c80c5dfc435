import Postgres
import TestSupport
import Testing

extension Trait where Self == DatabaseTrait {
    /// A database with a small chart whose names and codes are as awkward as may be, and the months of 2026, all open.
    static var ledger: DatabaseTrait {
        .migrated(as: "books", preparation)
    }
}

private let preparation = #"""
    select ledger.import_chart($$[
        {"code": "1000", "name": "Cash in hand", "type": "asset"},
        {"code": "1200", "name": "Receivable (patients) [old]", "type": "asset", "party_required": true},
        {"code": "1300", "name": "Stock | all; of  it", "type": "asset"},
        {"code": "1310", "name": "\tQuarantine:  shelf 3:", "type": "asset", "parent": "1300"},
        {"code": "13:10", "name": "= Looks alike", "type": "asset", "parent": "1310"},
        {"code": "2100", "name": "देय कर", "type": "liability"},
        {"code": "3900", "name": "Opening \"balances\"", "type": "equity"},
        {"code": "4000", "name": "Income", "type": "income"},
        {"code": "4090", "name": "Refunds", "type": "income", "contra": true, "parent": "4000"},
        {"code": "6.9_0-x", "name": "Round-off\nup", "type": "expense"},
        {"code": "9999", "name": "Unused", "type": "expense", "active": false}
    ]$$);
    \#(LittleLedger.months)
    create schema "Odd, schema";
    create table "Odd, schema"."bills; [2026-99-99]" (id bigint primary key);
    create table bills (id bigint primary key);
    """#
