/// Key pairs for tests, which protect nothing: gpg made them, and anyone can read them.
package struct ImageKeyPair: Sendable {
    package let publicKey: String
    package let privateKey: String
    /// Where the files are on this machine.
    package let publicPath: String
    package let privatePath: String

    package static let first = ImageKeyPair(named: "first")
    package static let second = ImageKeyPair(named: "second")
    /// For one test alone, which looks for it in all files of the server.
    package static let third = ImageKeyPair(named: "third")

    private init(named name: String) {
        publicPath = Repository.path(of: "Tests/TestSupport/Keys/\(name).public")
        privatePath = Repository.path(of: "Tests/TestSupport/Keys/\(name).private")
        do {
            publicKey = try Repository.read("Tests/TestSupport/Keys/\(name).public")
            privateKey = try Repository.read("Tests/TestSupport/Keys/\(name).private")
        } catch {
            preconditionFailure("the keys of the tests cannot be read: \(error)")
        }
    }

    /// A statement that gives private keys to the rest of its transaction.
    package static func giving(_ pairs: ImageKeyPair...) -> String {
        "select set_config('pgsync.image_keys', '\(pairs.map(\.privateKey).joined())', true);"
    }
}
