/// What the files make up together.
enum Collection: String {
    /// What a database needs, for `PGSyncSchema`.
    case schema
    /// The clinic of the examples, for `PGSyncDemo`.
    case clinic
}
