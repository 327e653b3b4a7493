// SPDX-License-Identifier: GPL-2.0 OR Apache-2.0
/*
 * DNS questions and answers of every process in every network namespace, over UDP and TCP, whatever call sent them: the hooks
 * sit at the root of the unified hierarchy. A question leaves in the context of who asks; its answer arrives in that of
 * anybody and is told by the socket.
 */
#include "lib/packet.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

enum { DNS_PORT = 53, DNS_HEADER = 12, SEGMENT_MESSAGES_MAX = 4, PASS = 1 };
#define PAYLOAD_BYTES_MAX 2048

/* How far one direction of a TCP connection has been read (RFC 1035, 4.2.2: each message is preceded by its length). */
struct dns_stream {
	__u32 known;
	__u32 next;		/* sequence number of the byte that comes next */
	__u32 remaining;	/* bytes of a message that began earlier */
	__u32 prefix;		/* a length that arrived alone, its message does not yet */
};

struct dns_flow {
	struct probe_header asker;
	__u32 reported;
	__u32 pad;
	struct dns_stream out, in;
};

/* By socket cookie. An answer that finds its question evicted is counted. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 8192);
	__type(key, __u64);
	__type(value, struct dns_flow);
} dns_flows SEC(".maps");

static __always_inline void report(struct __sk_buff *skb, struct packet *packet, struct dns_flow *flow, struct probe_config *settings, __u32 at, __u32 size,
	__u32 whole, bool outgoing)
{
	if (size < DNS_HEADER || !flow->reported)
		return;
	struct scratch *scratch = take_scratch(outgoing ? SCRATCH_EGRESS : SCRATCH_INGRESS, PROBE_DNS);
	if (!scratch)
		return;
	struct probe_header *header = HEADER(scratch);
	*header = flow->asker;
	header->boot_ns = bpf_ktime_get_boot_ns();
	clear_body(scratch, sizeof(struct probe_network));
	fill_packet_addresses(skb, packet, BODY(scratch, probe_network), outgoing);
	__u32 length = size;
	if (length > PAYLOAD_BYTES_MAX)
		length = PAYLOAD_BYTES_MAX;
	if (length < whole)
		header->flags |= PROBE_CUT_PAYLOAD;
	__u32 string = open_string(scratch, PROBE_TAG_PAYLOAD);
	__u32 to = scratch->used;
	asm volatile("" : "+r"(to));
	to &= OFFSET_MASK;
	// at least the header's bytes, but the verifier wants to see that it is not none
	asm volatile("" : "+r"(length));
	length = ((length - 1) & (PAYLOAD_BYTES_MAX - 1)) + 1;
	if (bpf_skb_load_bytes(skb, at, scratch->data + to, length) == 0)
		scratch->used = to + length;
	close_string(scratch, string);
	submit(scratch, settings, RANK_BULK);
}

static __always_inline void read_stream(struct __sk_buff *skb, struct packet *packet, struct dns_flow *flow, struct probe_config *settings, bool outgoing)
{
	struct dns_stream *stream = outgoing ? &flow->out : &flow->in;
	if (packet->flags & TCP_FLAG_SYN) {
		*stream = (struct dns_stream){ .known = 1, .next = packet->sequence + 1 };
		return;
	}
	__u32 at = packet->payload;
	if (at >= packet->end)
		return;
	__s32 ahead = stream->known ? (__s32)(packet->sequence - stream->next) : 0;
	// sent a second time
	if (ahead < 0)
		return;
	// a segment is missing: where a message begins is a guess from here on
	if (ahead > 0) {
		stream->remaining = stream->prefix = 0;
		count_lost(PROBE_DNS, PROBE_LOSS_CONTEXT);
	}
	stream->known = 1;
	stream->next = packet->sequence + (packet->end - at);
	for (int i = 0; i < SEGMENT_MESSAGES_MAX; i++) {
		__u32 left = packet->end - at;
		__u32 skip = stream->remaining < left ? stream->remaining : left;
		at += skip;
		left -= skip;
		stream->remaining -= skip;
		if (left == 0)
			return;
		__u32 size = stream->prefix;
		stream->prefix = 0;
		if (size == 0) {
			__be16 prefix;
			if (left < sizeof(prefix) || bpf_skb_load_bytes(skb, at, &prefix, sizeof(prefix)))
				return;
			size = __builtin_bswap16(prefix);
			at += sizeof(prefix);
			left -= sizeof(prefix);
			if (left == 0) {
				stream->prefix = size;
				return;
			}
		}
		__u32 here = size < left ? size : left;
		report(skb, packet, flow, settings, at, here, size, outgoing);
		at += here;
		stream->remaining = size - here;
		if (at >= packet->end)
			return;
	}
	count_lost(PROBE_DNS, PROBE_LOSS_BOUND);
}

static __always_inline int look(struct __sk_buff *skb, bool outgoing)
{
	struct probe_config *settings = wanted(PROBE_DNS);
	struct packet packet = {};
	if (!settings || !read_ports(skb, &packet))
		return PASS;
	// on loopback a packet passes both hooks, and a server's half of it neither
	if ((outgoing ? packet.destination_port : packet.source_port) != DNS_PORT || !read_transport(skb, &packet))
		return PASS;
	__u64 cookie = bpf_get_socket_cookie(skb);
	bool is_tcp = packet.protocol == PROTOCOL_TCP;
	// segments may be sent by whoever holds the socket's lock; the first one is sent by who connects
	if (outgoing && (!is_tcp || packet.flags & TCP_FLAG_SYN)) {
		struct task_struct *task = CURRENT();
		struct dns_flow flow = {};
		fill_header_of_task(&flow.asker, task, PROBE_DNS);
		flow.reported = is_reported(settings, task, flow.asker.pid);
		bpf_map_update_elem(&dns_flows, &cookie, &flow, BPF_ANY);
	}
	struct dns_flow *flow = bpf_map_lookup_elem(&dns_flows, &cookie);
	if (!flow) {
		if (!is_tcp || packet.payload < packet.end)
			count_lost(PROBE_DNS, PROBE_LOSS_CONTEXT);
		return PASS;
	}
	if (is_tcp)
		read_stream(skb, &packet, flow, settings, outgoing);
	else
		report(skb, &packet, flow, settings, packet.payload, packet.end - packet.payload, packet.end - packet.payload, outgoing);
	return PASS;
}

SEC("cgroup_skb/egress")
int dns_question(struct __sk_buff *skb) { return look(skb, true); }

SEC("cgroup_skb/ingress")
int dns_answer(struct __sk_buff *skb) { return look(skb, false); }
