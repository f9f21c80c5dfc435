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

    /// The library that gives a program another clock.
    static let faketime: String? = [
        "/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib/faketime",
    ].map { "\($0)/faketime/libfaketimeMT.so.1" }.first { unsafe access($0, R_OK) == 0 }
}
