/// The names that rules may give an event although no probe reports it: a rule that asks for one of them is unsupported, a rule that
/// asks for any other is misspelt.
enum SystemCallTable {
    /// `<unknown>` is what old rules call a call that has no name.
    static func isKnown(_ name: String) -> Bool { name == "<unknown>" || names.contains(name) }

    static let names: Set<String> = Set(text.split { $0 == " " || $0 == "\n" }.map(String.init))

    // arch/x86/entry/syscalls/syscall_64.tbl of Linux and the events of libscap that are no system calls; then what only 32 bit
    // machines call by that name, and what is new
    private static let text = """
        _sysctl accept accept4 access acct add_key adjtimex afs_syscall alarm arch_prctl asyncevent bind bpf brk capget capset chdir chmod
        chown chroot clock_adjtime clock_getres clock_gettime clock_nanosleep clock_settime clone clone3 close close_range connect
        container copy_file_range creat create_module delete_module dns drop dup dup2 dup3 epoll_create epoll_create1 epoll_ctl
        epoll_ctl_old epoll_pwait epoll_pwait2 epoll_wait epoll_wait_old eventfd eventfd2 execve execveat exit exit_group faccessat
        faccessat2 fadvise64 fallocate fanotify_init fanotify_mark fchdir fchmod fchmodat fchown fchownat fcntl fcntl64 fdatasync
        fgetxattr finit_module flistxattr flock fork fremovexattr fsconfig fsetxattr fsmount fsopen fspick fstat fstat64 fstatat64 fstatfs
        fsync ftruncate futex futex_waitv futimesat get_kernel_syms get_mempolicy get_robust_list get_thread_area getcpu getcwd getdents
        getdents64 getegid geteuid getgid getgroups getitimer getpeername getpgid getpgrp getpid getpmsg getppid getpriority getrandom
        getresgid getresuid getrlimit getrusage getsid getsockname getsockopt gettid gettimeofday getuid getuid32 getxattr infra
        init_module inotify_add_watch inotify_init inotify_init1 inotify_rm_watch io_cancel io_destroy io_getevents io_pgetevents io_setup
        io_submit io_uring_enter io_uring_register io_uring_setup ioctl ioperm iopl ioprio_get ioprio_set kcmp kexec_file_load kexec_load
        keyctl kill landlock_add_rule landlock_create_ruleset landlock_restrict_self lchown lgetxattr library link linkat listen listxattr
        llistxattr lookup_dcookie lremovexattr lseek lsetxattr lstat lstat64 madvise mbind membarrier memfd_create memfd_secret
        migrate_pages mincore mkdir mkdirat mknod mknodat mlock mlock2 mlockall mmap mmap2 modify_ldt mount mount_setattr move_mount
        move_pages mprotect mq_getsetattr mq_notify mq_open mq_timedreceive mq_timedsend mq_unlink mremap msgctl msgget msgrcv msgsnd
        msync munlock munlockall munmap name_to_handle_at nanosleep newfstatat nfsservctl nice notification open open_by_handle_at
        open_tree openat openat2 page_fault pause perf_event_open personality pidfd_getfd pidfd_open pidfd_send_signal pipe pipe2
        pivot_root pkey_alloc pkey_free pkey_mprotect pluginevent poll ppoll prctl pread64 preadv preadv2 prlimit64 process_madvise
        process_mrelease process_vm_readv process_vm_writev procexit pselect6 ptrace putpmsg pwrite64 pwritev pwritev2 query_module
        quotactl quotactl_fd read readahead readlink readlinkat readv reboot recv recvfrom recvmmsg recvmsg remap_file_pages removexattr
        rename renameat renameat2 request_key restart_syscall riscv_flush_icache rmdir rseq rt_sigaction rt_sigpending rt_sigprocmask
        rt_sigqueueinfo rt_sigreturn rt_sigsuspend rt_sigtimedwait rt_tgsigqueueinfo sched_get_priority_max sched_get_priority_min
        sched_getaffinity sched_getattr sched_getparam sched_getscheduler sched_rr_get_interval sched_setaffinity sched_setattr
        sched_setparam sched_setscheduler sched_yield seccomp security select semctl semget semop semtimedop semtimedop_time64 send
        sendfile sendmmsg sendmsg sendto set_mempolicy set_mempolicy_home_node set_robust_list set_thread_area set_tid_address
        setdomainname setfsgid setfsuid setgid setgroups sethostname setitimer setns setpgid setpriority setregid setresgid setresuid
        setreuid setrlimit setsid setsockopt settimeofday setuid setxattr shmat shmctl shmdt shmget shutdown sigaltstack signaldeliver
        signalfd signalfd4 sigreturn socket socketpair splice stat stat64 statfs statx swapoff swapon switch symlink symlinkat sync
        sync_file_range syncfs syscall sysfs sysinfo syslog tee tgkill time timer_create timer_delete timer_getoverrun timer_gettime
        timer_settime timerfd_create timerfd_gettime timerfd_settime times tkill truncate tuxcall umask umount umount2 uname unlink
        unlinkat unshare uretprobe uselib userevent userfaultfd ustat utime utimensat utimes vfork vhangup vmsplice vserver wait4 waitid
        waitpid write writev

        _llseek _newselect bdflush break chown32 fadvise64_64 fchown32 fstatat fstatfs64 ftruncate64 getegid32 geteuid32 getgid32
        getgroups32 getresgid32 getresuid32 getrlimit32 idle ipc lchown32 map_shadow_stack mseal oldfstat oldlstat oldolduname oldstat
        olduname pselect prlimit readdir recvmmsg_time64 sendfile64 setfsgid32 setfsuid32 setgid32 setgroups32 setregid32 setresgid32
        setresuid32 setreuid32 setuid32 sgetmask sigaction signal sigpending sigprocmask sigsuspend socketcall ssetmask statfs64 stime
        sync_file_range2 truncate64 ugetrlimit ulimit vm86 vm86old cachestat futex_wake futex_wait futex_requeue statmount listmount
        lsm_get_self_attr lsm_set_self_attr lsm_list_modules setxattrat getxattrat listxattrat removexattrat open_tree_attr
        cpu_hotplug groupadded groupdeleted k8s mesos procinfo scapevent tracer useradded userdeleted
        """
}
