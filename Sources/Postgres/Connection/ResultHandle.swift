import CLibPQ
import Glibc

/// The one owner of a libpq result.
@safe
final class ResultHandle: @unchecked Sendable {
    // Sendable because libpq's results never change once they are complete, and only `deinit` frees this one.
    private let raw: OpaquePointer

    init(_ raw: OpaquePointer) {
        unsafe self.raw = raw
    }

    deinit {
        unsafe PQclear(raw)
    }

    var status: ExecStatusType {
        unsafe PQresultStatus(raw)
    }

    /// Whether rows are to be copied in or out before the statement ends.
    var isCopy: Bool {
        switch status {
        case PGRES_COPY_IN, PGRES_COPY_OUT, PGRES_COPY_BOTH: true
        default: false
        }
    }

    /// Whether it is none of the things that a statement may end in.
    var isFailure: Bool {
        switch status {
        case PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_EMPTY_QUERY: false
        default: !isCopy
        }
    }

    var rowCount: Int {
        unsafe Int(PQntuples(raw))
    }

    var columnCount: Int {
        unsafe Int(PQnfields(raw))
    }

    func columnName(_ column: Int) -> String {
        unsafe String(cString: PQfname(raw, Int32(column)))
    }

    /// The place of a column by its exact name.
    func column(named name: String) -> Int? {
        unsafe name.withCString { name in
            (0..<columnCount).first { unsafe strcmp(PQfname(raw, Int32($0)), name) == 0 }
        }
    }

    func columnType(_ column: Int) -> DataType {
        unsafe DataType(id: PQftype(raw, Int32(column)))
    }

    /// What the command did, such as `INSERT 0 1`.
    var commandTag: String {
        unsafe String(cString: PQcmdStatus(raw))
    }

    /// How many rows the command touched; zero where that has no meaning.
    var affectedRowCount: Int {
        unsafe Int(String(cString: PQcmdTuples(raw))) ?? 0
    }

    /// Lends the text form of a field, nil for null.
    func withField<Result>(row: Int, column: Int, _ body: (Span<UInt8>?) throws -> Result) rethrows -> Result
    {
        if unsafe PQgetisnull(raw, Int32(row), Int32(column)) == 1 { return try body(nil) }
        let count = unsafe Int(PQgetlength(raw, Int32(row), Int32(column)))
        let start = unsafe UnsafeRawPointer(PQgetvalue(raw, Int32(row), Int32(column)))
        let bytes = unsafe UnsafeBufferPointer(
            start: start?.assumingMemoryBound(to: UInt8.self),
            count: count
        )
        return try unsafe body(bytes.span)
    }

    /// What the server reported, for a result that is an error or a notice.
    func serverError() -> PostgresError {
        var error = PostgresError(.server, text(PG_DIAG_MESSAGE_PRIMARY) ?? "the server gave no reason")
        error.sqlState = text(PG_DIAG_SQLSTATE).map(SQLState.init)
        error.detail = text(PG_DIAG_MESSAGE_DETAIL)
        error.hint = text(PG_DIAG_MESSAGE_HINT)
        error.schema = text(PG_DIAG_SCHEMA_NAME)
        error.table = text(PG_DIAG_TABLE_NAME)
        error.column = text(PG_DIAG_COLUMN_NAME)
        error.constraint = text(PG_DIAG_CONSTRAINT_NAME)
        error.context = text(PG_DIAG_CONTEXT)
        error.sourceFunction = text(PG_DIAG_SOURCE_FUNCTION)
        error.position = text(PG_DIAG_STATEMENT_POSITION).flatMap { Int($0) }
        return error
    }

    /// Whether it is an error that the server ends the session with, though the end itself may not be here yet.
    var endsSession: Bool {
        ["FATAL", "PANIC"].contains(text(PG_DIAG_SEVERITY_NONLOCALIZED))
    }

    private func text(_ field: DiagnosticField) -> String? {
        unsafe PQresultErrorField(raw, field.code).map { unsafe String(cString: $0) }
    }

    /// Reads a notice, which libpq hands over as a result it keeps.
    static func notice(_ raw: OpaquePointer) -> ServerNotice {
        // Who chose the text may have chosen any length, and some are kept.
        let text = { (field: DiagnosticField) in
            unsafe PQresultErrorField(raw, field.code).map {
                unsafe String(decoding: String(cString: $0).utf8.prefix(1_000_000), as: UTF8.self)
            }
        }
        return ServerNotice(
            severity: text(PG_DIAG_SEVERITY_NONLOCALIZED) ?? text(PG_DIAG_SEVERITY) ?? "NOTICE",
            sqlState: SQLState(text(PG_DIAG_SQLSTATE) ?? "00000"),
            message: text(PG_DIAG_MESSAGE_PRIMARY) ?? "",
            detail: text(PG_DIAG_MESSAGE_DETAIL),
            hint: text(PG_DIAG_MESSAGE_HINT)
        )
    }
}

/// A field of an error report; libpq defines them as character constants, which Swift does not import.
struct DiagnosticField {
    let code: Int32

    init(_ letter: Unicode.Scalar) {
        code = Int32(letter.value)
    }
}

// Named as libpq names them, so that its documentation applies.
private let PG_DIAG_SEVERITY = DiagnosticField("S")
private let PG_DIAG_SEVERITY_NONLOCALIZED = DiagnosticField("V")
private let PG_DIAG_SQLSTATE = DiagnosticField("C")
private let PG_DIAG_MESSAGE_PRIMARY = DiagnosticField("M")
private let PG_DIAG_MESSAGE_DETAIL = DiagnosticField("D")
private let PG_DIAG_MESSAGE_HINT = DiagnosticField("H")
private let PG_DIAG_STATEMENT_POSITION = DiagnosticField("P")
private let PG_DIAG_CONTEXT = DiagnosticField("W")
private let PG_DIAG_SCHEMA_NAME = DiagnosticField("s")
private let PG_DIAG_TABLE_NAME = DiagnosticField("t")
private let PG_DIAG_COLUMN_NAME = DiagnosticField("c")
private let PG_DIAG_CONSTRAINT_NAME = DiagnosticField("n")
private let PG_DIAG_SOURCE_FUNCTION = DiagnosticField("R")
