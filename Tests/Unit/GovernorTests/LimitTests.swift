import Foundations
import Governor
import Testing

struct LimitTests {
    @Test func theLeastBoundHolds() {
        #expect(ResourceLimits() == ResourceLimits(memoryMiB: 4000, cpuMillicores: 4000))
        #expect(ResourceLimits().memoryBytes == 300 << 20 && ResourceLimits().cpuMillicores == 300)
        let told = ResourceLimits(memoryMiB: 200, cpuMillicores: 150, cgroup: CgroupLimits(memoryBytes: 250 << 20, cpuMillicores: 100))
        #expect(told.memoryBytes == 200 << 20)
        #expect(told.cpuMillicores == 100)
    }

    @Test func aCgroupWithMuchMoreRoomIsShared() {
        #expect(CgroupLimits(memoryBytes: 300 << 20).isOwn)
        #expect(!CgroupLimits(memoryBytes: 16 << 30).isOwn)
        #expect(!CgroupLimits().isOwn)
    }

    private static let hybridMounts = """
        31 23 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755
        32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw,relatime - cgroup cgroup rw,cpu,cpuacct
        35 31 0:32 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory
        41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw
        """

    @Test func version1IsReadWhereAControllerHasIt() {
        let files = CgroupFiles(membership: "4:memory:/kubepods/pod1/c\n1:cpu,cpuacct:/\n0::/kubepods/pod1/c\n", mounts: Self.hybridMounts)
        #expect(files.memory?.version == .v1)
        #expect(files.memory?.directories == [
            "/sys/fs/cgroup/memory/kubepods/pod1/c", "/sys/fs/cgroup/memory/kubepods/pod1", "/sys/fs/cgroup/memory/kubepods", "/sys/fs/cgroup/memory",
        ])
        #expect(files.cpu?.directories == ["/sys/fs/cgroup/cpu,cpuacct"])
    }

    @Test func version2IsReadOtherwise() {
        let files = CgroupFiles(membership: "0::/system.slice/wiz.service\n", mounts: "30 23 0:26 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw,nsdelegate\n")
        #expect(files.memory?.version == .v2 && files.cpu?.version == .v2)
        #expect(files.memory?.directories.first == "/sys/fs/cgroup/system.slice/wiz.service")
    }

    /// A container's mount shows its own group alone, and its membership is relative to that.
    @Test func aContainerFindsItsOwnGroup() {
        let bound = CgroupFiles(membership: "0::/kubepods/pod1/c\n", mounts: "30 23 0:26 /kubepods/pod1/c /sys/fs/cgroup ro - cgroup2 cgroup ro\n")
        #expect(bound.memory?.directories == ["/sys/fs/cgroup"])
        let outside = CgroupFiles(membership: "0::/../../elsewhere\n", mounts: "30 23 0:26 / /sys/fs/cgroup ro - cgroup2 cgroup ro\n")
        #expect(outside.memory?.directories == ["/sys/fs/cgroup"])
        #expect(CgroupFiles(membership: "garbage\n:::\n", mounts: "no mounts").memory == nil)
    }

    @Test func boundsAreReadAsTheKernelWritesThem() {
        #expect(CgroupFiles.bytes("max\n") == nil)
        #expect(CgroupFiles.bytes("314572800\n") == 300 << 20)
        #expect(CgroupFiles.bytes("9223372036854771712\n") == nil)
        #expect(CgroupFiles.millicores(quotaAndPeriod: "30000 100000") == 300)
        #expect(CgroupFiles.millicores(quotaAndPeriod: "max 100000") == nil)
        #expect(CgroupFiles.millicores(quotaAndPeriod: "-1\n 100000\n") == nil)
        #expect(CgroupFiles.reclaimable("anon 5\ninactive_file 4096\n", .v2) == 4096)
        #expect(CgroupFiles.reclaimable("inactive_file 1\ntotal_inactive_file 8192\n", .v1) == 8192)
    }

    /// A thread that would use everything there is, rests so that the process keeps its rate.
    @Test func theBrakeKeepsTheRate() {
        var allowance = CPUAllowance(millicores: 300)
        var (now, used, rested) = (MonotonicInstant.zero, UInt64(0), Duration.zero)
        var early: UInt64 = 0
        while now.nanoseconds < 60_000_000_000 {
            let rest = allowance.rest(used: used, at: now)
            #expect(rest <= CPUAllowance.restMax)
            rested += rest
            now = now + rest + .milliseconds(10)
            used += 10_000_000
            if now.nanoseconds < 20_000_000_000 { early = used }
        }
        #expect(Double(used - early) / 40e9 <= 0.275, "over the last 40 seconds")
        #expect(Double(used) / 60e9 > 0.25, "no more than needed")
    }

    @Test func theBrakeForgivesWhatOthersUsed() {
        var allowance = CPUAllowance(millicores: 300)
        _ = allowance.rest(used: 0, at: .zero)
        // another thread used a minute at once
        var now = MonotonicInstant(nanoseconds: 30_000_000_000)
        var rested = Duration.zero
        for _ in 0..<200 {
            let rest = allowance.rest(used: 60_000_000_000, at: now)
            rested += rest
            now = now + rest + .milliseconds(1)
        }
        #expect(rested <= CPUAllowance.debtMax, "the debt is bounded")
    }

    @Test func whoUsesLittleNeverRests() {
        var allowance = CPUAllowance(millicores: 300)
        for second in 0..<1000 { #expect(allowance.rest(used: UInt64(second) * 200_000_000, at: MonotonicInstant(nanoseconds: Int64(second) * 1_000_000_000)) == .zero) }
    }
}
