package import Days
package import Postgres

/// A block as files that `sha256sum` can check.
package struct ChainBlockFiles: Sendable, Equatable {
    package let seq: Int64
    package let head: String
    package let listDigest: String
    /// Exactly the bytes whose SHA-256 is the head.
    package let block: String
    /// Exactly the bytes whose SHA-256 is the digest of the list.
    package let list: String
    /// The rows: for each its key and its content, each after its length.
    package let rows: String
    package let rowCount: Int

    init(_ row: Row) throws {
        seq = try row.decode("seq")
        head = try row.decode("head")
        listDigest = try row.decode("list_digest")
        block = try row.decode("block")
        list = try row.decode("list")
        rows = try row.decode("rows", as: String?.self) ?? ""
        rowCount = try row.decode("row_count")
    }
}

extension ChainStore {
    /// The first block since a day, and the last.
    package static func span(since: Day?, _ session: Session) throws -> (first: Int64, last: Int64) {
        let row = try session.query(
            """
            select coalesce(min(seq), 1) as first, coalesce(max(seq), 0) as last from pgsync.audit_chain
            where chained_at >= coalesce(\(since?.description)::text::timestamp at time zone 'UTC', '-infinity')
            """
        ).onlyRow()
        return (try row.decode("first"), try row.decode("last"))
    }

    /// A block with the present content of its rows; nil if there is none of this number.
    package static func files(of seq: Int64, _ session: Session) throws -> ChainBlockFiles? {
        try session.query(
            """
            select
                block.seq,
                block.row_count,
                encode(block.head, 'hex') as head,
                encode(block.list_digest, 'hex') as list_digest,
                pgsync.chain_block_content(block) as block,
                pgsync.chain_list(block.keys, block.digests) as list,
                pgsync.chain_contents(block) as rows
            from pgsync.audit_chain as block
            where block.seq = \(seq)
            """
        ).first.map(ChainBlockFiles.init)
    }
}
