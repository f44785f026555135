import sys,os,subprocess,pathlib,time,signal,shutil,resource
sys.path.insert(0,'.')
from tests.worlds.county import planted,portal_of,county_file
from tests.worlds.stores import stored
from tests.portals.server import running
env={**os.environ,'PYTHONPATH':'.','COLUMNS':'200'}; env.pop('NIANBAO_SETTINGS',None)
def cmd(F,*a): return [sys.executable,'-m','nianbao.monitor.cli',*a,'--store',f'sqlite:///{F}/n.db']
def sweep(F,cfg): return cmd(F,'sweep','--config',str(cfg),'--allow-private','--pause','0','--evidence',f'{F}/evidence')
plants=planted(9)
with running(portal_of(plants)) as s:
    F=pathlib.Path('/tmp/field5/k0'); shutil.rmtree(F,True); F.mkdir(); cfg=county_file(F,s.url)
    t=time.time(); p=subprocess.run(sweep(F,cfg),env=env,capture_output=True,text=True,cwd=F); full=time.time()-t; print('whole',p.returncode,round(full,1)); want=stored(F)
    F=pathlib.Path('/tmp/field5/k1'); shutil.rmtree(F,True); F.mkdir(); cfg=county_file(F,s.url)
    for n in range(8):
        q=subprocess.Popen(sweep(F,cfg),env=env,stdout=subprocess.DEVNULL,stderr=subprocess.DEVNULL,cwd=F,start_new_session=True)
        time.sleep(1.2+full*0.09*n)
        if q.poll() is None: os.killpg(q.pid,9)
        q.wait()
    p=subprocess.run(sweep(F,cfg),env=env,capture_output=True,text=True,cwd=F); print('after kills',p.returncode,p.stdout[-200:],p.stderr[-300:])
    got=stored(F)
    for k in ('sightings','versions','findings'): print(k, got[k]==want[k], len(got[k]),len(want[k]))
    v=subprocess.run(cmd(F,'evidence','verify','--evidence',f'{F}/evidence'),env=env,capture_output=True,text=True,cwd=F); print('verify',v.returncode,v.stdout[-200:],v.stderr[-200:])
    # disk full by file size limit
    for lim in (60_000,300_000,400_000):
        F=pathlib.Path(f'/tmp/field5/d{lim}'); shutil.rmtree(F,True); F.mkdir(); cfg=county_file(F,s.url)
        p=subprocess.run(sweep(F,cfg),env=env,capture_output=True,text=True,cwd=F,preexec_fn=lambda: (signal.signal(signal.SIGXFSZ,signal.SIG_IGN),resource.setrlimit(resource.RLIMIT_FSIZE,(lim,resource.RLIM_INFINITY))))
        print('limit',lim,p.returncode,p.stdout[-200:],p.stderr[-250:])
        m=subprocess.run(cmd(F,'missing','--year','2023','--config',str(cfg),'--format','json'),env=env,capture_output=True,text=True,cwd=F); print(' missing',m.returncode,m.stdout[:200],m.stderr[:200])
        p=subprocess.run(sweep(F,cfg),env=env,capture_output=True,text=True,cwd=F); print(' then',p.returncode,p.stderr[-200:])
        got=stored(F); print(' same',[ (k,got[k]==want[k]) for k in ('versions','findings')])
