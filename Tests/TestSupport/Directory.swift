internal import Glibc

/// A directory of a test's own.
package enum Directory {
    package struct Failure: Error {
        let number: Int32
    }

    package static func create(_ path: String) throws {
        guard unsafe mkdir(path, 0o700) == 0 else { throw Failure(number: errno) }
    }

    /// With the files in it.
    package static func remove(_ path: String) {
        guard let stream = unsafe opendir(path) else { return }
        while let entry = unsafe readdir(stream) {
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) {
                unsafe $0.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
            }
            if name != ".", name != ".." { unsafe unlink("\(path)/\(name)") }
        }
        unsafe closedir(stream)
        unsafe rmdir(path)
    }

    /// Moves a file aside, and puts a directory in its place, which no file can replace.
    package static func block(_ path: String) {
        unsafe rename(path, path + ".kept")
        unsafe mkdir(path, 0o700)
        unsafe mkdir(path + "/x", 0o700)
    }

    package static func unblock(_ path: String) {
        unsafe rmdir(path + "/x")
        unsafe rmdir(path)
        unsafe rename(path + ".kept", path)
    }
}
