package main

import (
	"context"
	"path"
	"strings"

	"github.com/pingcap/kvproto/pkg/pdpb"
	"google.golang.org/grpc"
)

// unary counts a request and hands it to the fault that hits it, if one does.
func (c *cluster) unary(ctx context.Context, request any, info *grpc.UnaryServerInfo, handle grpc.UnaryHandler) (answer any, err error) {
	method := path.Base(info.FullMethod)
	toStore := strings.HasPrefix(info.FullMethod, "/tikvpb.")
	ended := c.counters.begin(method, toStore, request, regionOfRequest(request, c.regionOf))
	defer func() {
		if err != nil {
			answer = nil // a typed nil has no size
		}
		ended(answer)
	}()
	work := func(ctx context.Context) (any, error) { return handle(ctx, request) }
	if f := c.faults.match(method, request); f != nil {
		return c.hit(ctx, f, work)
	}
	return work(ctx)
}

// stream does the same to the requests of PD's stream of timestamps.
func (c *cluster) stream(server any, stream grpc.ServerStream, info *grpc.StreamServerInfo, handle grpc.StreamHandler) error {
	return handle(server, &faultyStream{stream, c, path.Base(info.FullMethod)})
}

type faultyStream struct {
	grpc.ServerStream
	cluster *cluster
	method  string
}

func (s *faultyStream) RecvMsg(message any) error {
	if err := s.ServerStream.RecvMsg(message); err != nil {
		return err
	}
	if _, ok := message.(*pdpb.TsoRequest); ok {
		s.cluster.counters.begin(s.method, false, message, 0)(nil)
	}
	if f := s.cluster.faults.match(s.method, message); f != nil {
		_, err := s.cluster.hit(s.Context(), f, func(context.Context) (any, error) { return nil, nil })
		return err
	}
	return nil
}
