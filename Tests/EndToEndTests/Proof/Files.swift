import Glibc

/// Little files that a proof needs.
enum Files {
    /// Puts a text into a file, in one step, for somebody may be reading.
    static func write(_ text: String, to path: String) throws {
        let draft = "\(path).new"
        guard let file = unsafe fopen(draft, "w") else { throw CannotWrite(path: path) }
        unsafe fputs(text, file)
        unsafe fclose(file)
        unsafe rename(draft, path)
    }

    struct CannotWrite: Error {
        let path: String
    }
}
