import Glibc

/// A null-terminated array of C strings, as `argv` and `envp` want it.
@safe
struct CStringArray: ~Copyable {
    private let pointers: UnsafeMutableBufferPointer<UnsafeMutablePointer<CChar>?>

    init(_ strings: [String]) throws(SubprocessError) {
        for string in strings where string.utf8.contains(0) { throw .zeroByte(in: string) }
        unsafe pointers = .allocate(capacity: strings.count + 1)
        unsafe pointers.initialize(repeating: nil)
        for (index, string) in strings.enumerated() { unsafe pointers[index] = strdup(string) }
    }

    deinit {
        for index in unsafe pointers.indices { unsafe free(pointers[index]) }
        unsafe pointers.deallocate()
    }

    /// The array, valid as long as its owner.
    var baseAddress: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? { unsafe pointers.baseAddress }
}
