internal import CNamespaces

/// How the heap of this process lies.
package enum HeapLayout {
    /// Puts all of it into one arena; called before the first thread is made.
    ///
    /// Foundation's `Process.run` copies a whole `struct dirent` (280 bytes) out of the buffer of readdir(3), also for a short entry at
    /// its very end (swift-corelibs-foundation, findMaximumOpenFromProcSelfFD). In one arena that end is followed by more heap; in an
    /// arena of a thread's own it may be followed by nothing, and the copy ends in SIGSEGV.
    package static func useOneArena() { heap_use_one_arena() }
}
