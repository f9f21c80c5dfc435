import Testing

/// A row and the entry it must lead to, computed by hand; whoever posts rows can be held against it.
package struct PackCase: Sendable, CustomTestStringConvertible {
    package enum Outcome: Sendable, Equatable, CustomStringConvertible {
        case nothing
        case entry(Bookings)
        /// The class of the failure, such as data.missing.
        case failure(String)

        package var description: String {
            switch self {
            case .nothing: "nothing"
            case .entry(let bookings): "\(bookings)"
            case .failure(let kind): kind
            }
        }
    }

    package let testDescription: String
    package let table: String
    /// A JSON object of the columns that are given; the others have their defaults.
    package let row: String
    package let outcome: Outcome

    init(_ title: String, _ table: String, _ row: String, posts bookings: String) {
        self.init(title, table, row, .entry(Bookings(bookings)))
    }

    init(_ title: String, _ table: String, _ row: String, fails kind: String) {
        self.init(title, table, row, .failure(kind))
    }

    init(_ title: String, _ table: String, _ row: String, _ outcome: Outcome) {
        (testDescription, self.table, self.row, self.outcome) = (title, table, row, outcome)
    }

    /// The statement that writes the row, and nothing of what it leaves out.
    package var insert: String {
        """
        do $$
        begin
            execute (
                select format(
                    'insert into %s (%s) select %2$s from jsonb_populate_record(null::%1$s, %3$L)',
                    '\(table)', string_agg(quote_ident(key), ', '), '\(row)'
                )
                from jsonb_object_keys('\(row)') as key
            );
        end
        $$
        """
    }
}
