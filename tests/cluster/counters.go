package main

import (
	"sync"
	"time"

	"github.com/gogo/protobuf/proto"
	"github.com/pingcap/kvproto/pkg/kvrpcpb"
)

// traced is how many requests the trace holds.
const traced = 10_000

// count is what is known of the requests of one method.
type count struct {
	Requests     int64 `json:"requests"`
	RequestBytes int64 `json:"request_bytes"`
	AnswerBytes  int64 `json:"answer_bytes"`
	// Keys and Written are of prewrites: keys, and bytes of keys and values.
	Keys    int64 `json:"keys"`
	Written int64 `json:"written"`
}

// span is one request in the trace; times are microseconds since the counters were reset.
type span struct {
	Method string `json:"method"`
	Region uint64 `json:"region,omitempty"`
	Start  int64  `json:"start"`
	End    int64  `json:"end"`
}

// counters count requests by method, and how many followed one another.
type counters struct {
	mu      sync.Mutex
	began   time.Time
	methods map[string]*count
	trace   []span
	// rounds is the number of times that a request came to a store while none was under way there: requests that are
	// sent side by side are one round if each takes longer than they take to arrive (delay them to be sure).
	rounds   int64
	underWay int
}

// report is the answer to /counts.
type report struct {
	Methods map[string]count `json:"methods"`
	Rounds  int64            `json:"rounds"`
}

// asides are requests that nobody waits for: they make no round.
var asides = map[string]bool{"KvTxnHeartBeat": true}

// begin counts a request; the function that it gives is called with the answer.
func (c *counters) begin(method string, toStore bool, request any, region uint64) func(answer any) {
	c.mu.Lock()
	defer c.mu.Unlock()
	toStore = toStore && !asides[method]
	if toStore {
		if c.underWay == 0 {
			c.rounds++
		}
		c.underWay++
	}
	one := c.of(method)
	one.Requests++
	one.RequestBytes += sizeOf(request)
	if prewrite, ok := request.(*kvrpcpb.PrewriteRequest); ok {
		one.Keys += int64(len(prewrite.Mutations))
		for _, mutation := range prewrite.Mutations {
			one.Written += int64(len(mutation.Key) + len(mutation.Value))
		}
	}
	start := time.Now()
	return func(answer any) {
		c.mu.Lock()
		defer c.mu.Unlock()
		if toStore {
			c.underWay--
		}
		c.of(method).AnswerBytes += sizeOf(answer)
		if len(c.trace) < traced && !start.Before(c.began) {
			since := func(at time.Time) int64 { return at.Sub(c.began).Microseconds() }
			c.trace = append(c.trace, span{method, region, since(start), since(time.Now())})
		}
	}
}

func (c *counters) of(method string) *count {
	if c.methods == nil {
		c.methods = map[string]*count{}
	}
	if c.methods[method] == nil {
		c.methods[method] = &count{}
	}
	return c.methods[method]
}

func sizeOf(message any) int64 {
	if message, ok := message.(proto.Message); ok && message != nil {
		return int64(proto.Size(message))
	}
	return 0
}

// take gives the counts, and begins again at zero if told to.
func (c *counters) take(reset bool) report {
	c.mu.Lock()
	defer c.mu.Unlock()
	out := report{Methods: map[string]count{}, Rounds: c.rounds}
	for method, one := range c.methods {
		out.Methods[method] = *one
	}
	if reset {
		c.methods, c.trace, c.rounds, c.began = nil, nil, 0, time.Now()
	}
	return out
}

// spans gives the trace: finished requests since the last reset, in the order in which they ended.
func (c *counters) spans() []span {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]span{}, c.trace...)
}
