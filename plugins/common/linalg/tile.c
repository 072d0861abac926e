#include "tile.h"
#include <immintrin.h>
#define TILE_UNROLL _Pragma("GCC unroll 16")
#define TILE(name) name##_avx512
#define TARGET "avx512f"
#define ROWS 14
#define LANES 16
#define VEC __m512
#define MASK __mmask16
#define ZERO() _mm512_setzero_ps()
#define LOAD(mask, vectors, p) ((vectors) == 2 ? _mm512_loadu_ps(p) : _mm512_maskz_loadu_ps(mask, p))
#define STORE(mask, vectors, p, x) ((vectors) == 2 ? _mm512_storeu_ps(p, x) : _mm512_mask_storeu_ps(p, mask, x))
#define SPREAD(x) _mm512_set1_ps(x)
#define MULTIPLY_ADD(a, b, c) _mm512_fmadd_ps(a, b, c)
#include "tile_body.h"

static __attribute__((target(TARGET),noinline)) void run_avx512(size_t r,size_t v,const tile_product*t,const float*a,const float*b,const float*bias,float*c,MASK mask,int nn){
#define C1(R,V,T) block_avx512(R,V,T,a,b,bias,c,mask)
#define CASE(R) case R: if(v==2) C1(R,2,t); else C1(R,1,t); break;
(void)nn;
switch(r){CASE(1)CASE(2)CASE(3)CASE(4)CASE(5)CASE(6)CASE(7)CASE(8)CASE(9)CASE(10)CASE(11)CASE(12)CASE(13)CASE(14)}
}
__attribute__((target(TARGET))) void tile_avx512(const tile_product*t){
 size_t j=0; while(j<t->n){ size_t left=t->n-j,v=left>=32?2:1; size_t w=v==2?32:left<16?left:16; MASK mask=(MASK)((1u<<w)-1);
  size_t i=0; while(i<t->m){size_t rem=t->m-i,tiles=(rem+ROWS-1)/ROWS,r=(rem+tiles-1)/tiles;
   run_avx512(r,v,t,t->a+i*t->a_row,t->b+j,t->bias?t->bias+j:NULL,t->c+i*t->ldc+j,mask,0); i+=r;}
  j+=w;}}
