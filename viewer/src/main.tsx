import { render } from 'preact';
import { App } from './app/app.js';
import { followJobs } from './session/job-list.js';
import { followAddress } from './session/view.js';
import './styles/index.css';
import { followTheme } from './theme/theme.js';

followTheme();
followAddress();
followJobs(new AbortController().signal);
render(<App />, document.getElementById('app')!);
