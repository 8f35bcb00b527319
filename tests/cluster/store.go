package main

import (
	"context"
	"fmt"
	"log"
	"strings"
	"time"

	"github.com/pingcap/kvproto/pkg/errorpb"
	"github.com/pingcap/kvproto/pkg/kvrpcpb"
	"github.com/pingcap/kvproto/pkg/tikvpb"
	"github.com/tikv/client-go/v2/tikvrpc"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// storeServer answers TiKV's protocol for one store.
type storeServer struct {
	tikvpb.UnimplementedTikvServer
	cluster *cluster
	id      uint64
	server
}

func (s *storeServer) start() error {
	options, err := s.cluster.serverOptions()
	if err != nil {
		return err
	}
	if err := s.listen(options, func(g *grpc.Server) { tikvpb.RegisterTikvServer(g, s) }); err != nil {
		return err
	}
	s.cluster.regions.UpdateStoreAddr(s.id, s.addr)
	return nil
}

// forward hands one request to mocktikv.
func (s *storeServer) forward(ctx context.Context, command tikvrpc.CmdType, request any, in *kvrpcpb.Context) (any, error) {
	s.cluster.records.RLock()
	defer s.cluster.records.RUnlock()
	return s.forwardLocked(ctx, command, request, in)
}

// forwardLocked is forward for a caller that holds the records. mocktikv panics if a key is not in the region of the
// request; clients see a region error.
func (s *storeServer) forwardLocked(ctx context.Context, command tikvrpc.CmdType, request any, in *kvrpcpb.Context) (answer any, err error) {
	if in == nil {
		in = &kvrpcpb.Context{}
	}
	wrapped := tikvrpc.NewRequest(command, request, *in)
	defer func() {
		if fault := recover(); fault != nil {
			answer, err = afterPanic(wrapped, in, fault)
		}
	}()
	response, err := s.cluster.rpc.SendRequest(ctx, s.addr, wrapped, time.Minute)
	if endsLocks[command] {
		s.cluster.waiters.wake()
	}
	if err != nil {
		return nil, status.Errorf(codes.Unavailable, "%v", err)
	}
	return response.Resp, nil
}

// endsLocks are the commands after which a lock may be gone.
var endsLocks = map[tikvrpc.CmdType]bool{
	tikvrpc.CmdCommit: true, tikvrpc.CmdBatchRollback: true, tikvrpc.CmdPessimisticRollback: true,
	tikvrpc.CmdResolveLock: true, tikvrpc.CmdCleanup: true, tikvrpc.CmdCheckTxnStatus: true,
}

func afterPanic(request *tikvrpc.Request, in *kvrpcpb.Context, fault any) (any, error) {
	if !strings.Contains(fmt.Sprint(fault), "not in region") {
		log.Printf("panic in %v: %v", request.Type, fault)
		return nil, status.Errorf(codes.Internal, "panic: %v", fault)
	}
	response, err := tikvrpc.GenRegionErrorResp(request, &errorpb.Error{
		Message:        "key not in region",
		KeyNotInRegion: &errorpb.KeyNotInRegion{RegionId: in.GetRegionId()},
	})
	if err != nil {
		return nil, err
	}
	return response.Resp, nil
}

// ask forwards a request and gives the answer in its type.
func ask[T any](ctx context.Context, s *storeServer, command tikvrpc.CmdType, request any, in *kvrpcpb.Context) (T, error) {
	answer, err := s.forward(ctx, command, request, in)
	return typed[T](answer, err)
}

func typed[T any](answer any, err error) (T, error) {
	var none T
	if err != nil {
		return none, err
	}
	out, ok := answer.(T)
	if !ok {
		return none, status.Errorf(codes.Internal, "mocktikv answered a %T", answer)
	}
	return out, nil
}
