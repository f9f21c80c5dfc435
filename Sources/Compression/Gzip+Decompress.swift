internal import CZlib

extension Gzip {
    /// Why bytes were not decompressed.
    public enum Failure: Error, Sendable, Equatable {
        /// They do not begin as gzip does.
        case notGzip
        /// They would become more than this many bytes.
        case tooLarge(limit: Int)
        /// They end too early.
        case truncated
        /// They are damaged, or something else follows.
        case corrupt
        /// There is no memory to begin with.
        case noMemory
    }

    /// How many bytes are inflated at a time.
    private static let step = 65_536

    /// The bytes that were compressed, in one member or several.
    ///
    /// What comes from others may be made to explode: never is more kept than the limit, nor more than `ratio` times
    /// the bytes given, though 64 KiB are always allowed. That is checked while inflating.
    public static func decompress(
        _ bytes: [UInt8],
        limit: Int,
        ratio: Int = 100
    ) throws(Failure) -> [UInt8] {
        guard beginsMember(bytes[...]) else { throw .notGzip }
        guard !bytes.isEmpty else { throw .truncated }
        let product = bytes.count.multipliedReportingOverflow(by: ratio)
        let limit = min(limit, product.overflow ? limit : max(product.partialValue, step))
        var stream = unsafe z_stream()
        guard unsafe zlib_begin_gunzip(&stream) == Z_OK else { throw .noMemory }
        defer { unsafe inflateEnd(&stream) }
        var input = bytes
        var buffer = [UInt8](repeating: 0, count: step)
        var output: [UInt8] = []
        var start = 0
        while true {
            let status = unsafe inflate(&input, from: &start, into: &buffer, &stream)
            let count = step - Int(unsafe stream.avail_out)
            guard count <= limit - output.count else { throw .tooLarge(limit: limit) }
            // An array that grows by itself doubles, perhaps beyond the limit.
            if output.capacity < output.count + count {
                output.reserveCapacity(min(max(2 * output.count, output.count + count), limit))
            }
            output += buffer[..<count]
            switch status {
            case Z_OK: continue
            case Z_STREAM_END:
                guard start < bytes.count else { return output }
                guard beginsMember(bytes[start...]) else { throw .corrupt }
                guard unsafe inflateReset(&stream) == Z_OK else { throw .corrupt }
            case Z_BUF_ERROR: throw .truncated
            default: throw .corrupt
            }
        }
    }

    /// Whether bytes begin as gzip does, as far as there are any.
    private static func beginsMember(_ bytes: ArraySlice<UInt8>) -> Bool {
        zip(bytes, [0x1F, 0x8B] as [UInt8]).allSatisfy { $0 == $1 }
    }

    /// Inflates what fits into the buffer, and moves the start behind what was used up.
    private static func inflate(
        _ input: inout [UInt8],
        from start: inout Int,
        into buffer: inout [UInt8],
        _ stream: inout z_stream
    ) -> Int32 {
        unsafe input.withUnsafeMutableBufferPointer { source in
            unsafe buffer.withUnsafeMutableBufferPointer { target in
                // zlib counts in 32 bits.
                let count = min(source.count - start, 1 << 30)
                unsafe stream.next_in = source.baseAddress.map { unsafe $0 + start }
                unsafe stream.avail_in = UInt32(count)
                unsafe stream.next_out = target.baseAddress
                unsafe stream.avail_out = UInt32(target.count)
                let status = unsafe CZlib.inflate(&stream, Z_NO_FLUSH)
                start += count - Int(unsafe stream.avail_in)
                return status
            }
        }
    }
}
